import type {
  ExplainedCondition,
  ExplainedCount,
  ExplainedLevel,
  ExplainedPart,
  ExplainedRearm,
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

/** Devices that are named one by one. */
const mostTold = 5;

/** Puts explanations into words, times in one zone. */
export class Words {
  readonly #times: LocalTimes;

  constructor(times: LocalTimes) {
    this.#times = times;
  }

  /** That a rule judged nothing. */
  off({ since, version }: NonNullable<Explanation['off']>): Text {
    return {
      zh: `没有告警。\n规则自 ${this.#at(since)} 起在此停用（第 ${version} 版），当时不判断。`,
      en: `No alarm.\nThe rule was switched off here from ${this.#at(since)} on (version ${version}), and judged nothing then.`,
    };
  }

  /** What the whole rule came to, a sentence a line. */
  whole(parts: Omit<Explanation, 'text'>): Text {
    const { alarm, at, lastAt, maxGapMs, lastsUntil, faultSince, silence, levels, rearm } = parts;
    const inBoth = (write: (language: Language) => string): Text => ({ zh: write('zh'), en: write('en') });
    return inBoth((language) => {
      const zh = language === 'zh';
      const told: string[] = [];
      if (alarm) told.push(zh ? `告警自 ${this.#at(alarm.raised)} 起。` : `In alarm since ${this.#at(alarm.raised)}.`);
      else told.push(zh ? '没有告警。' : 'No alarm.');
      if (faultSince !== null) {
        const since = this.#at(faultSince);
        told.push(
          zh
            ? `${since} 起另有告警：本规则的读数缺失（onGap: fault）。`
            : `Another alarm says since ${since} that its readings stay away (onGap: fault).`,
        );
      }
      if (lastsUntil !== null) {
        const earliest = this.#at(lastsUntil);
        told.push(zh ? `按 minActive 最早于 ${earliest} 解除。` : `By minActive it lasts until ${earliest} at least.`);
      }
      if (silence) told.push(this.#silence(silence, at, language));
      else if (lastAt === null)
        told.push(zh ? '此前没有本规则所看通道的读数。' : 'No reading that the rule looks at came before.');
      else {
        const past = isPast({ at, lastAt, maxGapMs });
        const ofLevels = levels.map((level) => level.text[language]);
        if (rearm) ofLevels.push(this.#rearm(rearm, past, language));
        if (past) told.push(this.#longSince(lastAt, at, maxGapMs!, language), ...ofLevels);
        else told.push(...ofLevels, this.#since(lastAt, at, language));
      }
      return told.filter((part) => part !== '').join('\n');
    });
  }

  /**
   * One level: what decides at that moment, whether it begins or whether it ends.
   * @param past whether it is told of the last reading, and not of the moment.
   */
  level(level: Omit<ExplainedLevel, 'text'>, past: boolean): Text {
    const { severity, active, when, clear, ownClear, counted, stepsDown } = level;
    const write = (language: Language) => {
      const zh = language === 'zh';
      const name = severities[severity][language];
      const far = counted ? `${zh ? '；' : '; '}${this.#count(counted, language)}` : '';
      if (stepsDown) {
        const [been, needed] = [
          spokenDuration(stepsDown.heldMs, language),
          spokenDuration(stepsDown.neededMs, language),
        ];
        return zh
          ? `${name}已不成立 ${been}，满 ${needed} 后降级（stepDownAfter）。`
          : `${name} has been over for ${been}; after ${needed} of that the alarm steps down (stepDownAfter).`;
      }
      if (!active || !clear) {
        // Before the last step it makes no difference whether that would hold.
        const isLater = counted?.kind === 'steps' && counted.have + 1 < counted.needed;
        const told = isLater ? this.#count(counted, language) : `${this.#condition(when, past, language)}${far}`;
        return zh ? `${name}：${told}。` : `${name}: ${told}.`;
      }
      if (!ownClear) {
        const told = `${this.#ending(clear, past, language)}${far}`;
        return zh ? `${name}告警中，${told}。` : `${name} is in alarm; ${told}.`;
      }
      const still =
        clear.holds && when.holds && counted?.kind !== 'steps'
          ? `${zh ? '；但报警条件仍成立：' : '; but what began it still holds: '}${when.source}`
          : '';
      const ends = `${this.#condition(clear, past, language)}${still}`;
      return zh ? `${name}告警中，解除条件：${ends}。` : `${name} is in alarm; to end it: ${ends}.`;
    };
    return { zh: write('zh'), en: write('en') };
  }

  #rearm({ armedAt, condition, wantsLevel }: ExplainedRearm, past: boolean, language: Language): string {
    const zh = language === 'zh';
    const begin =
      armedAt === null
        ? zh
          ? '尚不会另起一次告警（rearm）'
          : 'A new wave is not an alarm of its own yet (rearm)'
        : zh
          ? `自 ${this.#at(armedAt)} 起可另起一次告警（rearm）`
          : `Since ${this.#at(armedAt)} a new wave is an alarm of its own (rearm)`;
    if (condition === null)
      return zh
        ? `${begin}：某一级的条件此后不成立、再次成立时。`
        : `${begin}: once the condition of a level is false after that, and holds again.`;
    if (condition.parts.length === 0)
      return zh ? `${begin}，等待 ${condition.source}。` : `${begin}; it waits for ${condition.source}.`;
    const what = this.#condition(condition, past, language);
    const but = wantsLevel ? (zh ? '；但各级条件均不成立' : '; but the condition of no level holds') : '';
    return zh ? `${begin}：${what}${but}。` : `${begin}: ${what}${but}.`;
  }

  #condition(condition: ExplainedCondition, past: boolean, language: Language): string {
    const what = this.#parts(condition, condition.holds, past, language);
    return joined([what, this.#held(condition, language), this.#gap(condition, language)], language);
  }

  /** What ends an alarm whose level has no condition for that: that what began it is no longer so. */
  #ending(opposite: ExplainedCondition, past: boolean, language: Language): string {
    const zh = language === 'zh';
    const { holds, neededMs } = opposite;
    const span = neededMs > 0 ? spokenDuration(neededMs, language) : '';
    const what = this.#parts(opposite, holds === null ? null : !holds, past, language);
    const begin = zh
      ? `以下条件${span ? `持续 ${span} 不成立` : '不再成立'}时解除：`
      : `it ends when this ${span ? `has not held for ${span}` : 'no longer holds'}: `;
    return `${begin}${joined([what, this.#over(opposite, language)], language)}`;
  }

  /** The parts that decide that a condition holds, or does not. */
  #parts({ source, parts }: ExplainedCondition, truth: boolean | null, past: boolean, language: Language): string {
    const deciding = parts.filter(({ holds }) => holds === truth);
    const told = (deciding.length > 0 ? deciding : parts).map((part) => this.#part(part, past, language));
    return told.length > 0 ? told.join(language === 'zh' ? '，' : ', ') : source;
  }

  #part({ source, holds, value, limit, unit, gap, lacking }: ExplainedPart, past: boolean, language: Language): string {
    const zh = language === 'zh';
    const then = past && zh ? '当时' : '';
    if (holds === null) {
      // What is measured is there, and what it is held against is not: nobody has set the limit of this place, say.
      if (value !== null && limit === null && lacking.length === 0)
        return zh
          ? `${source} ${then}未知，没有可比的值`
          : `${source} ${past ? 'was' : 'is'} not known, there is nothing to compare with`;
      const [from, to] = gap ? [this.#at(gap.from), this.#at(gap.to)] : [];
      const whose = listed(lacking, language);
      if (zh)
        return `${source} ${then}未知，${whose && `${whose} `}数据不足${gap ? `（${from} 至 ${to} 无数据）` : ''}`;
      const none = `${whose && ` of ${whose}`}${gap ? ` (none from ${from} to ${to})` : ''}`;
      return `${source} ${past ? 'was' : 'is'} not known, there ${past ? 'was' : 'is'} too little data${none}`;
    }
    const measured = value === null ? '' : `${numberText(value, language)} ${unitText(unit, language)}`.trim();
    if (zh) return `${source} ${then}${holds ? '成立' : '不成立'}${measured && `（${measured}）`}`;
    const [does, doesNot] = past ? ['held', 'did not hold'] : ['holds', 'does not hold'];
    return `${source} ${holds ? does : doesNot}${measured && ` (${measured})`}`;
  }

  /** For how long what began an alarm has not been so. */
  #over({ heldMs, neededMs, before, gap }: ExplainedCondition, language: Language): string {
    if (neededMs === 0) return '';
    const zh = language === 'zh';
    const of = (ms: number) => spokenDuration(ms, language);
    const told: string[] = [];
    if (heldMs !== null)
      told.push(
        zh ? `${of(neededMs)} 中已有 ${of(heldMs)} 不成立` : `it has not held for ${of(heldMs)} of ${of(neededMs)}`,
      );
    else if (before !== null)
      told.push(
        zh
          ? `此前曾有 ${of(before.heldMs)} 不成立，至 ${this.#at(before.until)}`
          : `before, it had not held for ${of(before.heldMs)}, until ${this.#at(before.until)}`,
      );
    if (gap)
      told.push(
        zh
          ? `${this.#at(gap.from)} 前已有 ${of(gap.heldMs)} 不成立，随后 ${of(gap.to - gap.from)} 无数据`
          : `until ${this.#at(gap.from)} it had not held for ${of(gap.heldMs)}, then ${of(gap.to - gap.from)} without data`,
      );
    return joined(told, language);
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

  #longSince(lastAt: number, at: number, maxGapMs: number, language: Language): string {
    const none = spokenDuration(at - lastAt, language);
    const allowed = spokenDuration(maxGapMs, language);
    return language === 'zh'
      ? `最近的读数在 ${this.#at(lastAt)}，随后 ${none} 无数据，超过 maxGap（${allowed}）：此刻无从判断。该读数时的情况：`
      : `The last reading was at ${this.#at(lastAt)}, then ${none} without data, longer than maxGap (${allowed}): nothing could be judged at this moment. At that reading:`;
  }

  #silence({ heardAt, silentForMs }: NonNullable<Explanation['silence']>, at: number, language: Language): string {
    const zh = language === 'zh';
    const allowed = spokenDuration(silentForMs, language);
    if (heardAt === null) return zh ? '尚无数据。' : 'Nothing has come yet.';
    const quiet = spokenDuration(at - heardAt, language);
    return zh
      ? `${this.#at(heardAt)} 之后 ${quiet} 无数据，${allowed} 起报警。`
      : `Nothing for ${quiet} since ${this.#at(heardAt)}; ${allowed} is an alarm.`;
  }

  /** How far what a level counts has come. */
  #count(count: ExplainedCount, language: Language): string {
    const zh = language === 'zh';
    const { kind, have, needed, of, withinMs } = count;
    if (kind === 'readings')
      return zh
        ? `最近 ${of} 个读数中 ${have} 个成立，需 ${needed} 个`
        : `${have} of the last ${of} readings, ${needed} are needed`;
    if (kind === 'times') {
      const span = spokenDuration(withinMs!, language);
      return zh ? `${span}内 ${have} 次，需 ${needed} 次` : `${have} times within ${span}, ${needed} are needed`;
    }
    return this.#steps(count, language);
  }

  #steps({ have, needed, next, held, brokenOff }: ExplainedCount, language: Language): string {
    const zh = language === 'zh';
    const told = [
      zh
        ? `${needed} 步中已到第 ${have} 步，等待 ${next}`
        : `${have} of ${needed} steps are done, ${next} is waited for`,
    ];
    if (held) {
      const [sofar, all] = [spokenDuration(held.heldMs, language), spokenDuration(held.neededMs, language)];
      told.push(zh ? `${all} 中已持续 ${sofar}` : `${sofar} of ${all}`);
    }
    if (brokenOff) {
      const { at, by } = brokenOff;
      const time = this.#at(at);
      if (by === null) told.push(zh ? `${time} 因未在时限内完成而重来` : `it began anew at ${time}, not done in time`);
      else told.push(zh ? `${time} 因 ${by} 而取消` : `it was called off at ${time} by ${by}`);
    }
    return joined(told, language);
  }

  #at(time: number): string {
    return this.#times.write(time);
  }
}

/** Whether the last reading is too long ago for anything to be judged by it: then it is told what was so at that time. */
export function isPast({ at, lastAt, maxGapMs }: { at: number; lastAt: number; maxGapMs: number | null }): boolean {
  return maxGapMs !== null && at - lastAt > maxGapMs;
}

/** The first of several ids, and how many more there are; empty where there are none. */
function listed(ids: readonly string[], language: Language): string {
  const zh = language === 'zh';
  const told = [...new Set(ids)];
  const more = told.length - mostTold;
  const names = told.slice(0, mostTold).join(zh ? '、' : ', ');
  if (more <= 0) return names;
  return zh ? `${names} 等 ${told.length} 台` : `${names} and ${more} more`;
}

function joined(texts: readonly string[], language: Language): string {
  return texts.filter((text) => text !== '').join(language === 'zh' ? '；' : '; ');
}
