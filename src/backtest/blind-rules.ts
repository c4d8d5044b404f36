import { spokenDuration } from '../model/spoken-duration.ts';
import type { Text } from '../model/text.ts';
import type { CompiledType } from '../rules/compile.ts';
import type { PeerQuestion, Surroundings } from '../rules/language/surroundings.ts';
import { isKnown } from '../rules/peers/standing.ts';
import { namedDevices } from './named-devices.ts';
import type { Spacing } from './spacing.ts';

const minute = 60_000;

/** Sentences about rules whose `maxGap` is shorter than readings are apart, so that "no alarm" is not taken for "all is well". */
export function blindRules(type: Pick<CompiledType, 'rules' | 'channelNames'>, spacing: Spacing): Text[] {
  const apart = spacing.usualMs;
  if (apart === null) return [];
  const tooFar = Map.groupBy(
    type.rules.filter(({ maxGapMs }) => apart > maxGapMs),
    ({ maxGapMs }) => maxGapMs,
  );
  return [
    ...[...tooFar].map(([gap, blind]) => tooFarApart({ zh: '读数', en: 'Readings' }, apart, gap, blind)),
    ...rareChannels(type, spacing, apart),
  ];
}

/** The same of channels that come with few of the samples, for rules that wait. */
function rareChannels(
  { rules, channelNames }: Pick<CompiledType, 'rules' | 'channelNames'>,
  spacing: Spacing,
  usual: number,
): Text[] {
  return rules.flatMap((rule) => {
    const { maxGapMs, levels, channels } = rule;
    if (usual > maxGapMs || !levels.some(({ forMs }) => forMs > 0)) return [];
    return channels.flatMap((index) => {
      const name = channelNames[index]!;
      const apart = spacing.usualOf(name);
      const what = { zh: `${name} 的读数`, en: `Readings of ${name}` };
      return apart !== null && apart > maxGapMs ? [tooFarApart(what, apart, maxGapMs, [rule])] : [];
    });
  });
}

function tooFarApart(what: Text, apart: number, gap: number, blind: readonly { id: string }[]): Text {
  const usual = Math.max(Math.round(apart / minute), 1) * minute;
  const ids = blind.map(shortId);
  return {
    zh: `${what.zh}通常相隔 ${spokenDuration(usual, 'zh')}，超过 ${ids.join('、')} 的 maxGap（${spokenDuration(gap, 'zh')}）：前后两次读数之间不算持续，因此需要持续一段时间的条件既不会开始，也不会结束。可在规则里另设 maxGap。`,
    en: `${what.en} are usually ${spokenDuration(usual, 'en')} apart, more than maxGap (${spokenDuration(gap, 'en')}) of ${ids.join(', ')}: nothing counts as held from one to the next, so what takes time neither begins nor ends. A maxGap in the rule says otherwise.`,
  };
}

/**
 * Sentences about rules that ask other devices, where it is not known which stand around one, or nothing was heard of them.
 * @param types whose readings there are
 * @param devices what is around those that ask
 */
export function askingBlindly(
  { rules }: Pick<CompiledType, 'rules'>,
  types: ReadonlySet<string>,
  devices: readonly Surroundings[],
): Text[] {
  const somewhere = (where: PeerQuestion['where']) =>
    devices.some((from) =>
      typeof where === 'object' ? !Number.isNaN(from.latitude + from.longitude) : isKnown({ where, from }),
    );
  const asking = (blind: (question: PeerQuestion) => boolean) =>
    rules.filter(({ peers }) => peers.some(blind)).map(shortId);
  const nowhere = asking(({ where }) => !somewhere(where));
  const unheard = new Set(rules.flatMap(({ peers }) => peers.map(({ type }) => type)).filter((one) => !types.has(one)));
  const notes: Text[] = [];
  if (nowhere.length > 0) {
    const ids = nowhere.join('、');
    notes.push({
      zh: `不知道设备在哪里，因此 ${ids} 对周围设备的询问也无从得知。设备的位置由 --devices 说明，水流的走向写在现场文件（siteFile）里。`,
      en: `It is not known where the devices stand, so neither is what ${nowhere.join(', ')} asks of devices around. --devices says where they stand, the site file (TOCSIN_SITE_FILE) where water runs.`,
    });
  }
  for (const type of unheard) {
    const ids = asking((question) => question.type === type);
    notes.push({
      zh: `${ids.join('、')} 要问 ${type}，但没有它们的读数。可用 --data ${type}=<文件> 给出。`,
      en: `Rule ${ids.join(', ')} asks devices of the type ${type}, of which there are no readings. --data ${type}=<file> gives them.`,
    });
  }
  return notes;
}

/** A sentence about rules that ask other devices, of which some are not heard, since they are too many. */
export function notAllHeard({ rules }: Pick<CompiledType, 'rules'>, heard: number, leftOut: number): Text[] {
  if (leftOut === 0) return [];
  const ids = [...new Set(rules.filter(({ peers }) => peers.length > 0).map(shortId))];
  return [
    {
      zh: `${ids.join('、')} 要询问周围的设备，除试算的以外只读了其中 ${heard} 台：另有 ${leftOut} 台当作不在。请少选几台设备试算。`,
      en: `${ids.join(', ')} ${ids.length > 1 ? 'ask' : 'asks'} devices around. Of those that are not tried ${heard} are heard, ${leftOut} more count as not there: try the rules on fewer devices.`,
    },
  ];
}

/**
 * A sentence about silence behind gateways of which there are no readings.
 * @param devices what is around those tried.
 * @param heard ids of all devices of which there are readings.
 */
export function silentBehind(
  { silence }: Pick<CompiledType, 'silence'>,
  devices: readonly Pick<Surroundings, 'gateway'>[],
  heard: ReadonlySet<string>,
): Text[] {
  const gateways = new Set(devices.flatMap(({ gateway }) => (gateway === null || heard.has(gateway) ? [] : [gateway])));
  if (silence.length === 0 || gateways.size === 0) return [];
  const of = namedDevices(gateways);
  return [
    {
      zh: `没有网关 ${of.zh} 的读数：实际运行中，网关不通时其后设备的失联不计，这里照计。`,
      en: `There are no readings of the gateways ${of.en}. While nothing comes through one, no silence counts against devices behind it; here it does.`,
    },
  ];
}

function shortId({ id }: { id: string }): string {
  return id.slice(id.indexOf('/') + 1);
}
