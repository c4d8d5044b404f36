import { spokenDuration } from '../model/spoken-duration.ts';
import type { Text } from '../model/text.ts';
import type { CompiledType } from '../rules/compile.ts';
import type { Spacing } from './spacing.ts';

const minute = 60_000;

/** Sentences about rules whose `maxGap` is shorter than readings are apart, so that "no alarm" is not taken for "all is well". */
export function blindRules({ rules }: Pick<CompiledType, 'rules'>, spacing: Spacing): Text[] {
  const apart = spacing.usualMs;
  if (apart === null) return [];
  const tooFar = Map.groupBy(
    rules.filter(({ maxGapMs }) => apart > maxGapMs),
    ({ maxGapMs }) => maxGapMs,
  );
  const usual = Math.max(Math.round(apart / minute), 1) * minute;
  return [...tooFar].map(([gap, blind]) => {
    const ids = blind.map(shortId);
    return {
      zh: `读数通常相隔 ${spokenDuration(usual, 'zh')}，超过 ${ids.join('、')} 的 maxGap（${spokenDuration(gap, 'zh')}）：前后两次读数之间不算持续，因此需要持续一段时间的条件既不会开始，也不会结束。可在规则里另设 maxGap。`,
      en: `Readings are usually ${spokenDuration(usual, 'en')} apart, more than maxGap (${spokenDuration(gap, 'en')}) of ${ids.join(', ')}: nothing counts as held from one to the next, so what takes time neither begins nor ends. A maxGap in the rule says otherwise.`,
    };
  });
}

/** A sentence about rules that count other devices, where it is not known which devices stand around one. */
export function countingBlindly({ rules }: Pick<CompiledType, 'rules'>): Text[] {
  const ids = rules.filter(({ peers }) => peers.length > 0).map(shortId);
  if (ids.length === 0) return [];
  return [
    {
      zh: `文件没有写明设备的位置，因此 ${ids.join('、')} 对周围设备的计数也无从得知。`,
      en: `Not known from a file is where its devices stand, so what ${ids.join(', ')} ${ids.length > 1 ? 'count' : 'counts'} of devices around is not known either.`,
    },
  ];
}

function shortId({ id }: { id: string }): string {
  return id.slice(id.indexOf('/') + 1);
}
