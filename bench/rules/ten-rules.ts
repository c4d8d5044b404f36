import { readRuleText } from '../../src/devices/rule-file.ts';
import type { Channel } from '../../src/model/channel.ts';
import type { DeviceType } from '../../src/model/device-type.ts';

const head = (id: string) =>
  `id: ${id}\nname: { zh: 测, en: T }\nadvice: { zh: 测, en: T }\nsource: { zh: 测, en: T }\nseverity: yellow\n`;

/** Ten kinds of rules, all of which look at the one channel that every reading brings; three windows are behind them. */
const tenRules = [
  'when: level >= 15 cm\nfor: 2 min\nclear: level < 10 cm\nclearFor: 15 min',
  'when: level >= 27 cm\nclear: level < 22 cm\nclearFor: 15 min',
  'when: level > 20 cm || level < 0.5 cm\natLeast: 3 of 5',
  'when: rate(level, 10 min) > 30 cm/h && level > 5 cm\nfor: 1 min\nclear: rate(level, 10 min) < 5 cm/h\nclearFor: 10 min',
  'when: avg(level, 10 min) > 12 cm\nfor: 5 min',
  'when: max(level, 30 min) - min(level, 30 min) > 15 cm',
  'when: sum(level, 10 min) > 250 cm\nclear: sum(level, 10 min) < 150 cm',
  'when: delta(level, 30 min) > 10 cm && avg(level, 30 min) > 10 cm',
  'when: max(level, 10 min) > 1.5 * avg(level, 30 min) && level > 8 cm\nfor: 2 min',
  'when: count(level, 1 h) > 30 && avg(level, 1 h) > 14 cm\nminActive: 10 min',
];

/** The three that every contender judges: a level that is held, a mean over a window, a count of readings above a limit. */
const threeRules = [
  'when: level >= 15 cm\nfor: 2 min\nclear: level < 10 cm',
  'when: avg(level, 10 min) > 12 cm',
  'when: level > 20 cm\natLeast: 3 of 5',
];

const level: Channel = {
  name: 'level',
  label: { zh: '水位', en: 'Level' },
  unit: 'cm',
  kind: 'number',
  min: -100,
  max: 500,
  baseline: false,
};

export const typeOfTen = typeWith('ten', tenRules);
export const typeOfThree = typeWith('three', threeRules);

function typeWith(id: string, rules: string[]): DeviceType {
  const periodMs = 60_000;
  return {
    id,
    name: { zh: id, en: id },
    periodMs,
    channels: [level],
    channelByName: new Map([['level', level]]),
    commands: [],
    rules: rules.map((text, i) => readRuleText(head(`rule-${i}`) + text, id, periodMs)),
  };
}
