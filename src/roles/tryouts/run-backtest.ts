import { Backtest, forAll, type RulesTried } from '../../backtest/backtest.ts';
import { blindRules, notAllHeard, silentBehind } from '../../backtest/blind-rules.ts';
import { NotTold } from '../../backtest/not-told.ts';
import { Spacing } from '../../backtest/spacing.ts';
import type { TrialResult } from '../../model/backtest.ts';
import type { BacktestAnswer, BacktestRequest } from '../../model/backtest-request.ts';
import type { Device } from '../../model/device.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { CompiledType } from '../../rules/compile.ts';
import { usableRules } from '../../rules/versions/check-rule.ts';
import type { RuleBook } from '../../rules/versions/rule-book.ts';
import { warmUpMs } from '../../rules/warm-up.ts';
import { type AroundParts, type AskedAround, askedAround } from './asked-around.ts';
import { inForce } from './in-force.ts';
import { type PastParts, pastOf } from './past-samples.ts';

/** A baseline says something after a day, and goes by a week. */
const baselineMs = 8 * 86_400_000;
/** More cannot be looked through by a person, and would be a long answer. */
const mostAlarms = 1_000;

export interface BacktestParts extends AroundParts, PastParts {
  type: DeviceType;
  devices: readonly Device[];
  book: RuleBook;
  /** Readings before are kept as means of five minutes only. */
  rawSince: number;
  onProgress(share: number): void;
  isCancelled(): boolean;
}

/** Tries rules on what came in, by the journal, and on what the telemetry store has from before that; null when it was cancelled. @throws TocsinError */
export async function runBacktest(request: BacktestRequest, parts: BacktestParts): Promise<BacktestAnswer | null> {
  const { type, devices, book } = parts;
  const current = inForce(book, devices);
  const rules = request.rules === null ? current : forAll(usableRules(request.rules, type));
  const against = request.againstCurrent && request.rules !== null ? current : null;
  const sets = [rules, ...(against ? [against] : [])];
  const rulesAsking = (device: Device) => sets.flatMap(({ rulesOf }) => rulesOf(device)?.rules ?? []);
  const around = await askedAround(devices, rulesAsking, parts);
  const all = [...devices, ...around.devices];
  const known = new Map(all.map((device) => [device.id, device]));
  const tried = new Set(devices.map(({ id }) => id));
  const { from, to } = request;
  const notTold = new NotTold();
  const judging = new Backtest({
    rules: hearing(rules, tried, around),
    against: against && hearing(against, tried, around),
    from,
    to,
    known: (id) => known.get(id),
    aroundOf: notTold.noting(parts.aroundOf),
  });
  const begin = from - warmUpOf(sets, devices);
  const spacing = new Spacing();
  const typeOf = (device: Device) => (tried.has(device.id) ? type : parts.types.get(device.type)!);
  const past = await pastOf({ devices: all, typeOf, from: begin, to }, parts);
  for await (const { samples, until } of past.pieces) {
    if (parts.isCancelled()) return null;
    judging.take(samples);
    spacing.take(samples.filter(({ deviceId }) => tried.has(deviceId)));
    parts.onProgress(Math.min(1, (until - begin) / (to - begin)));
  }
  const coarseUntil = Math.min(parts.rawSince, past.journalFrom);
  const own = { ...rulesOf(rules, devices), channelNames: type.channels.map((channel) => channel.name) };
  const unheard = notAllHeard(own, around.devices.length, around.leftOut);
  const gaps = [...unheard, ...silentBehind(own, devices.map(parts.aroundOf), new Set(known.keys()))];
  const told = [...blindRules(own, spacing), ...gaps, ...notTold.notes];
  return { ...shortened(judging.result()), notes: told, coarseBefore: begin < coarseUntil ? coarseUntil : null };
}

/** The same rules on the devices that are tried, while those around them are heard. */
function hearing({ rulesOf, ids }: RulesTried, tried: ReadonlySet<string>, { heard }: AskedAround): RulesTried {
  return { rulesOf: (device) => (tried.has(device.id) ? rulesOf(device) : heard.get(device.type)), ids };
}

/** Those of all devices together; rules of one id in the same words are one. */
function rulesOf(tried: RulesTried, devices: readonly Device[]): Pick<CompiledType, 'rules' | 'silence'> {
  const types = [...typesOf([tried], devices)];
  const all = types.flatMap(({ rules }) => rules);
  const rules = [...new Map(all.map((rule) => [`${rule.id} ${rule.maxGapMs}`, rule])).values()];
  return { rules, silence: types.flatMap(({ silence }) => silence) };
}

function warmUpOf(sets: readonly RulesTried[], devices: readonly Device[]): number {
  return Math.max(0, ...[...typesOf(sets, devices)].map(neededMs));
}

function typesOf(sets: readonly RulesTried[], devices: readonly Device[]): Set<CompiledType> {
  const types = new Set<CompiledType>();
  for (const { rulesOf } of sets)
    for (const device of devices) {
      const type = rulesOf(device);
      if (type) types.add(type);
    }
  return types;
}

function neededMs(type: CompiledType): number {
  const needed = warmUpMs(type);
  return type.rules.some((rule) => rule.usesBaseline) ? Math.max(needed, baselineMs) : needed;
}

function shortened(result: TrialResult): TrialResult & Pick<BacktestAnswer, 'more'> {
  const { ledger, difference } = result;
  const more = Math.max(0, ledger.length - mostAlarms) + Math.max(0, (difference?.alarms.length ?? 0) - mostAlarms);
  return {
    ...result,
    ledger: ledger.slice(0, mostAlarms),
    difference: difference && { ...difference, alarms: difference.alarms.slice(0, mostAlarms) },
    more,
  };
}
