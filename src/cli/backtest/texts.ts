import type { TrialCorrection } from '../../model/backtest.ts';
import type { Severity } from '../../model/severity.ts';
import { spokenDuration } from '../../model/spoken-duration.ts';
import type { Text } from '../../model/text.ts';

/** What a backtest says to people, in both languages. */
export interface Texts {
  language: keyof Text;
  raised: string;
  step: string;
  cleared: string;
  /** Of what became of an alarm in the end. */
  active: string;
  /** Of an alarm as it was known at a moment. */
  activeThen: string;
  samples(count: number): string;
  nothingRead: string;
  after(ms: number, count: number): string;
  severity: Record<Severity, string>;
  readings(counts: { samples: number; readings: number; devices: number; first: string; last: string }): string;
  alarms(number: number): string;
  none: string;
  byRule: string;
  stale(number: number): string;
  corrections(number: number): string;
  correction: Record<TrialCorrection['kind'], string>;
  because(measured: string, received: string): string;
  problems(number: number): string;
  line(number: number): string;
  against(name: string): string;
  difference(counts: { same: number; added: number; removed: number; changed: number }): string;
  added: string;
  removed: string;
  changed: string;
  onlyHere(rule: string, alarms: number): string;
  onlyThere(rule: string, alarms: number): string;
}

const en: Texts = {
  language: 'en',
  raised: 'raised',
  step: 'now',
  cleared: 'cleared',
  active: 'active at the end of the data',
  activeThen: 'active then',
  samples: (count) => `${count} ${count === 1 ? 'sample' : 'samples'}`,
  nothingRead: 'There is no reading that can be judged.',
  after: (ms, count) => `after ${spokenDuration(ms, 'en')}, ${en.samples(count)}`,
  severity: { blue: 'blue', yellow: 'yellow', orange: 'orange', red: 'red' },
  readings: ({ samples, readings, devices, first, last }) =>
    `${readings} readings in ${samples} samples of ${devices} ${devices === 1 ? 'device' : 'devices'}, ${first} to ${last}.`,
  alarms: (number) => `${number} ${number === 1 ? 'alarm' : 'alarms'}.`,
  none: 'No alarm.',
  byRule: 'By rule:',
  stale: (number) => `${number} values were known already or came too late to be judged.`,
  corrections: (number) => `${number} corrections, since readings came late:`,
  correction: { 'raised-late': 'raised late', retracted: 'retracted', corrected: 'corrected' },
  because: (measured, received) => `by a reading of ${measured} that came at ${received}`,
  problems: (number) => `${number} values or lines were left out:`,
  line: (number) => `line ${number}`,
  against: (name) => `Against ${name}:`,
  difference: ({ same, added, removed, changed }) =>
    `${same} alarms are the same, ${added} more, ${removed} fewer, ${changed} otherwise.`,
  added: 'more',
  removed: 'fewer',
  changed: 'otherwise',
  onlyHere: (rule, alarms) => `New rule ${rule}: ${alarms} alarms.`,
  onlyThere: (rule, alarms) => `Rule ${rule} is not among those tried; it has ${alarms} alarms.`,
};

const zh: Texts = {
  language: 'zh',
  raised: '报警',
  step: '变为',
  cleared: '解除',
  active: '数据结束时仍在报警',
  activeThen: '当时仍在报警',
  samples: (count) => `${count} 个样本`,
  nothingRead: '没有可以判断的读数。',
  after: (ms, count) => `持续 ${spokenDuration(ms, 'zh')}，${zh.samples(count)}`,
  severity: { blue: '蓝色', yellow: '黄色', orange: '橙色', red: '红色' },
  readings: ({ samples, readings, devices, first, last }) =>
    `${devices} 台设备，${samples} 个样本，${readings} 个读数，${first} 至 ${last}。`,
  alarms: (number) => `${number} 条告警。`,
  none: '没有告警。',
  byRule: '按规则：',
  stale: (number) => `${number} 个值重复，或到得太晚而未判断。`,
  corrections: (number) => `${number} 次更正，因为读数迟到：`,
  correction: { 'raised-late': '补报', retracted: '撤回', corrected: '更正' },
  because: (measured, received) => `因 ${measured} 的读数于 ${received} 到达`,
  problems: (number) => `${number} 个值或行未采用：`,
  line: (number) => `第 ${number} 行`,
  against: (name) => `与 ${name} 相比：`,
  difference: ({ same, added, removed, changed }) =>
    `${same} 条告警相同，增加 ${added} 条，减少 ${removed} 条，${changed} 条有变化。`,
  added: '增加',
  removed: '减少',
  changed: '变化',
  onlyHere: (rule, alarms) => `新规则 ${rule}：${alarms} 条告警。`,
  onlyThere: (rule, alarms) => `试用的规则中没有 ${rule}；它有 ${alarms} 条告警。`,
};

export const texts = { en, zh };
