import type {
  ExplainedCondition,
  ExplainedCount,
  ExplainedLevel,
  ExplainedPart,
  Explanation,
} from '../../model/explanation.ts';
import type { Severity } from '../../model/severity.ts';
import { spokenDuration } from '../../model/spoken-duration.ts';
import type { Text } from '../../model/text.ts';
import { numberText, unitText } from '../../model/written-value.ts';
import type { LocalTimes } from '../../shared/local-times.ts';

type Language = keyof Text;

const severities: Record<Severity, Text> = {
  blue: { zh: '蓝色', en: 'Blue' },
  yellow: { zh: '黄色', en: 'Yellow' },
  orange: { zh: '橙色', en: 'Orange' },
  red: { zh: '红色', en: 'Red' },
};

/** Puts explanations into words, times in one zone. */
export class Words {
  readonly #times: LocalTimes;

  constructor(times: LocalTimes) {
    this.#times = times;
  }

  /** What the whole rule came to, a sentence a line. */
  whole({ alarm, at, lastAt, silence, levels }: Omit<Explanation, 'text'>): Text {
    const inBoth = (write: (language: Language) => string): Text => ({ zh: write('zh'), en: write('en') });
    return inBoth((language) => {
      const zh = language === 'zh';
      const parts: string[] = [];
      if (alarm) parts.push(zh ? `告警自 ${this.#at(alarm.raised)} 起。` : `In alarm since ${this.#at(alarm.raised)}.`);
      else parts.push(zh ? '没有告警。' : 'No alarm.');
      if (silence) parts.push(this.#silence(silence, at, language));
      else if (lastAt === null)
        parts.push(zh ? '此前没有本规则所看通道的读数。' : 'No reading that the rule looks at came before.');
      else parts.push(...levels.map((level) => level.text[language]), this.#since(lastAt, at, language));
      return parts.filter((part) => part !== '').join('\n');
    });
  }

  /** One level: what decides at that moment, whether it begins or whether it ends. */
  level({ severity, active, when, clear, counted }: Omit<ExplainedLevel, 'text'>): Text {
    const write = (language: Language) => {
      const zh = language === 'zh';
      const name = severities[severity][language];
      if (!active) {
        const far = counted ? `${zh ? '；' : '; '}${countText(counted, language)}` : '';
        const told = `${this.#condition(when, language)}${far}`;
        return zh ? `${name}：${told}。` : `${name}: ${told}.`;
      }
      const still =
        clear?.holds && when.holds
          ? `${zh ? '；但报警条件仍成立：' : '; but what began it still holds: '}${when.source}`
          : '';
      const ends = clear ? `${this.#condition(clear, language)}${still}` : '';
      return zh ? `${name}告警中，解除条件：${ends}。` : `${name} is in alarm; to end it: ${ends}.`;
    };
    return { zh: write('zh'), en: write('en') };
  }

  #condition(condition: ExplainedCondition, language: Language): string {
    const zh = language === 'zh';
    const deciding = condition.parts.filter(({ holds }) => holds === condition.holds);
    const told = (deciding.length > 0 ? deciding : condition.parts).map((part) => this.#part(part, language));
    const what = told.length > 0 ? told.join(zh ? '，' : ', ') : condition.source;
    const texts = [what, this.#held(condition, language), this.#gap(condition, language)];
    return texts.filter((text) => text !== '').join(zh ? '；' : '; ');
  }

  #part({ source, holds, value, unit }: ExplainedPart, language: Language): string {
    const zh = language === 'zh';
    const measured = value === null ? '' : `${numberText(value, language)} ${unitText(unit, language)}`.trim();
    if (holds === null) return zh ? `${source} 未知，数据不足` : `${source} is not known, there is too little data`;
    if (holds)
      return zh ? `${source} 成立${measured && `（${measured}）`}` : `${source} holds${measured && ` (${measured})`}`;
    return zh
      ? `${source} 不成立${measured && `（${measured}）`}`
      : `${source} does not hold${measured && ` (${measured})`}`;
  }

  #held({ heldMs, neededMs, before }: ExplainedCondition, language: Language): string {
    const zh = language === 'zh';
    const of = (ms: number) => spokenDuration(ms, language);
    if (heldMs !== null && neededMs > 0)
      return zh ? `${of(neededMs)} 中已持续 ${of(heldMs)}` : `${of(heldMs)} of ${of(neededMs)}`;
    if (heldMs !== null || before === null || neededMs === 0) return '';
    return zh
      ? `此前曾持续 ${of(before.heldMs)}（需 ${of(neededMs)}），至 ${this.#at(before.until)}`
      : `before, it held for ${of(before.heldMs)} of ${of(neededMs)}, until ${this.#at(before.until)}`;
  }

  #gap({ gap, neededMs }: ExplainedCondition, language: Language): string {
    if (!gap || neededMs === 0) return '';
    const of = (ms: number) => spokenDuration(ms, language);
    return language === 'zh'
      ? `${this.#at(gap.from)} 前已持续 ${of(gap.heldMs)}，随后 ${of(gap.to - gap.from)} 无数据`
      : `until ${this.#at(gap.from)} it had held for ${of(gap.heldMs)}, then ${of(gap.to - gap.from)} without data`;
  }

  #since(lastAt: number, at: number, language: Language): string {
    if (at - lastAt < 1000) return '';
    const none = spokenDuration(at - lastAt, language);
    return language === 'zh'
      ? `最近的读数在 ${this.#at(lastAt)}，随后 ${none} 无数据。`
      : `The last reading was at ${this.#at(lastAt)}, then ${none} without data.`;
  }

  #silence({ heardAt, silentForMs }: NonNullable<Explanation['silence']>, at: number, language: Language): string {
    const zh = language === 'zh';
    const allowed = spokenDuration(silentForMs, language);
    if (heardAt === null) return zh ? '该设备尚无数据。' : 'Nothing has come from the device yet.';
    const quiet = spokenDuration(at - heardAt, language);
    return zh
      ? `${this.#at(heardAt)} 之后 ${quiet} 无数据，${allowed} 起报警。`
      : `Nothing for ${quiet} since ${this.#at(heardAt)}; ${allowed} is an alarm.`;
  }

  #at(time: number): string {
    return this.#times.write(time);
  }
}

/** How far what a level counts has come. */
function countText({ kind, have, needed, of, withinMs, next }: ExplainedCount, language: Language): string {
  const zh = language === 'zh';
  if (kind === 'readings')
    return zh
      ? `最近 ${of} 个读数中 ${have} 个成立，需 ${needed} 个`
      : `${have} of the last ${of} readings, ${needed} are needed`;
  if (kind === 'times') {
    const span = spokenDuration(withinMs!, language);
    return zh ? `${span}内 ${have} 次，需 ${needed} 次` : `${have} times within ${span}, ${needed} are needed`;
  }
  return zh
    ? `${needed} 步中已到第 ${have} 步，等待 ${next}`
    : `${have} of ${needed} steps are done, ${next} is waited for`;
}
