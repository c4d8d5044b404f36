import type { Transaction } from 'kysely';
import type { AlarmEffect, ToldEffect } from '../model/alarm.ts';
import type { Device } from '../model/device.ts';
import { type Severity, severityRank } from '../model/severity.ts';
import { addFeed } from '../store/feed.ts';
import { insertAll } from '../store/insert-all.ts';
import type { Database, NewRow, Row } from '../store/schema.ts';
import { selectIn } from '../store/select-in.ts';
import { upsertAll } from '../store/upsert-all.ts';
import { type CallsDue, callOwed, callsFrom } from './owed-calls.ts';
import { recordRejudged } from './record-rejudged.ts';

/** What really changed about an alarm, for the response to act on. */
export interface AlarmTransition {
  /** `retracted` and `reinstated` come from decoding frames again, see `recordCorrections`. */
  kind: 'raised' | 'severity' | 'cleared' | 'retracted' | 'reinstated';
  /** The alarm as it was right after this change. */
  alarm: Row<'alarm'>;
  /** Severity before; null for `raised`. */
  before: Severity | null;
  /** Measured time, milliseconds since the epoch. */
  at: number;
  /** Received time, milliseconds since the epoch. */
  receivedAt: number;
}

/**
 * An alarm that only goes on is told to consoles when its last sample falls into another slot of this length, so that
 * a device with many samples a second does not fill the feed. Milliseconds.
 */
const continuedSlotMs = 10_000;

/** What rules change about an alarm; what people did to it is left as it is. */
const ruledColumns = [
  'severity',
  'peakSeverity',
  'active',
  'clearedAt',
  'count',
  'lastAt',
  'valuesJson',
  'callOwed',
] as const;

type Effect<K extends ToldEffect['kind']> = Extract<ToldEffect, { kind: K }>;

export interface LedgerContext {
  deviceById(id: string): Device | undefined;
  /**
   * People are called at once when what speaks for an alarm is no older than this. For an older one that the newest reading
   * of its device raised they are called a little later, if it lasts until then; for one that a late reading found, when
   * there is news of it.
   */
  callWithinMs: number;
}

/**
 * Writes what the rules said into the ledger (`alarm`, `alarmChange`) and tells the feed, at most one line an alarm.
 * Effects are taken in order. One that was taken before changes nothing, nor does one about an alarm that is over.
 * @returns what changed, in order.
 */
export async function recordEffects(
  tx: Transaction<Database>,
  effects: readonly (AlarmEffect | CallsDue)[],
  context: LedgerContext,
): Promise<AlarmTransition[]> {
  const { deviceById, callWithinMs } = context;
  const transitions: AlarmTransition[] = [];
  let told: ToldEffect[] = [];
  for (const effect of effects) {
    if (effect.kind !== 'rejudged' && effect.kind !== 'calls-due') {
      told.push(effect);
      continue;
    }
    transitions.push(...(await recordTold(tx, told, context)));
    told = [];
    const gridOf = (deviceId: string) => deviceById(deviceId)?.gridId ?? '';
    if (effect.kind === 'calls-due') transitions.push(...(await callOwing(tx, effect)));
    else transitions.push(...(await recordRejudged(tx, effect, { gridOf, callWithinMs })));
  }
  transitions.push(...(await recordTold(tx, told, context)));
  return transitions;
}

/** Has people called for those that last, and that nobody was called for meanwhile. */
async function callOwing(tx: Transaction<Database>, { at, alarmIds }: CallsDue): Promise<AlarmTransition[]> {
  const alarms = await selectIn(tx, 'alarm', 'id', alarmIds);
  const called = alarms
    .filter(({ active, callOwed: from }) => active === 1 && from > callOwed.withNews && from <= at)
    .map((alarm) => ({ ...alarm, callOwed: callOwed.nobody }));
  await upsertAll(tx, 'alarm', 'id', ruledColumns, called);
  await addFeed(tx, ...called.map(({ id, gridId }) => ({ kind: 'alarm' as const, ref: id, gridId, at })));
  return called.map((alarm) => ({ kind: 'raised', alarm, before: null, at, receivedAt: at }));
}

async function recordTold(
  tx: Transaction<Database>,
  effects: readonly ToldEffect[],
  context: LedgerContext,
): Promise<AlarmTransition[]> {
  if (effects.length === 0) return [];
  const ids = [...new Set(effects.map((effect) => effect.alarmId))];
  const alarms = new Map((await selectIn(tx, 'alarm', 'id', ids)).map((alarm) => [alarm.id, alarm]));
  const batch = new LedgerBatch(alarms, await severityChanges(tx, effects), context);
  for (const effect of effects) batch.take(effect);

  const changed = [...batch.changed].map((id) => alarms.get(id)!);
  await upsertAll(tx, 'alarm', 'id', ruledColumns, changed);
  await insertAll(tx, 'alarmChange', batch.changes);
  await addFeed(
    tx,
    ...[...batch.told].map(([id, at]) => ({ kind: 'alarm' as const, ref: id, gridId: alarms.get(id)!.gridId, at })),
  );
  return batch.transitions;
}

/** Effects of one call, applied in memory to the alarms they are about. */
class LedgerBatch {
  readonly transitions: AlarmTransition[] = [];
  readonly changes: NewRow<'alarmChange'>[] = [];
  readonly changed = new Set<string>();
  /** Alarm id → when the last news of it was received. */
  readonly told = new Map<string, number>();
  readonly #alarms: Map<string, Row<'alarm'>>;
  readonly #severityChanges: Set<string>;
  readonly #context: LedgerContext;

  constructor(alarms: Map<string, Row<'alarm'>>, severityChanges: Set<string>, context: LedgerContext) {
    this.#alarms = alarms;
    this.#severityChanges = severityChanges;
    this.#context = context;
  }

  take(effect: ToldEffect): void {
    const alarm = this.#alarms.get(effect.alarmId);
    if (effect.kind === 'raised') {
      if (!alarm) this.#raise(effect);
    } else if (alarm?.active) {
      if (effect.kind === 'severity') this.#changeSeverity(alarm, effect);
      else if (effect.kind === 'continued') this.#goOn(alarm, effect);
      else this.#clear(alarm, effect);
    }
  }

  #raise(effect: Effect<'raised'>): void {
    const { deviceById, callWithinMs } = this.#context;
    const callFrom = callsFrom(effect, callWithinMs);
    const alarm: Row<'alarm'> = {
      id: effect.alarmId,
      ruleId: effect.ruleId,
      deviceId: effect.deviceId,
      // A device that was taken away meanwhile has no grid; its alarm is kept and shown all the same.
      gridId: deviceById(effect.deviceId)?.gridId ?? '',
      severity: effect.severity,
      peakSeverity: effect.severity,
      active: 1,
      raisedAt: effect.at,
      raisedReceivedAt: effect.receivedAt,
      clearedAt: null,
      count: 1,
      lastAt: effect.at,
      valuesJson: JSON.stringify(effect.values),
      acknowledgedAt: null,
      acknowledgedBy: null,
      correction: null,
      correctedBy: null,
      callOwed: callFrom > effect.receivedAt ? callFrom : callOwed.nobody,
      ruleVersion: effect.ruleVersion ?? null,
    };
    this.#alarms.set(alarm.id, alarm);
    this.#record(alarm, effect);
    if (alarm.callOwed === callOwed.nobody) this.#transition('raised', alarm, null, effect);
  }

  #changeSeverity(alarm: Row<'alarm'>, effect: Effect<'severity'>): void {
    if (alarm.severity === effect.severity || this.#severityChanges.has(severityKey(effect))) return;
    const before = alarm.severity;
    alarm.severity = effect.severity;
    if (severityRank(effect.severity) > severityRank(alarm.peakSeverity)) alarm.peakSeverity = effect.severity;
    this.#seen(alarm, effect);
    this.#record(alarm, effect);
    this.#transition('severity', alarm, before, effect);
    this.#callIfOwed(alarm, effect);
  }

  #goOn(alarm: Row<'alarm'>, effect: Effect<'continued'>): void {
    if (effect.count <= alarm.count) return;
    alarm.count = effect.count;
    const slot = Math.floor(alarm.lastAt / continuedSlotMs);
    this.#seen(alarm, effect);
    this.changed.add(alarm.id);
    this.#callIfOwed(alarm, effect);
    if (Math.floor(alarm.lastAt / continuedSlotMs) !== slot) this.told.set(alarm.id, effect.receivedAt);
  }

  #clear(alarm: Row<'alarm'>, effect: Effect<'cleared'>): void {
    alarm.active = 0;
    alarm.clearedAt = effect.at;
    alarm.callOwed = callOwed.nobody;
    this.#seen(alarm, effect);
    this.#record(alarm, effect);
    this.#transition('cleared', alarm, alarm.severity, effect);
  }

  /** Found when it was old, so nobody was called; now there is news that it goes on. */
  #callIfOwed(alarm: Row<'alarm'>, effect: Effect<'severity' | 'continued'>): void {
    if (alarm.callOwed === callOwed.nobody) return;
    const from = callsFrom(effect, this.#context.callWithinMs);
    if (from > effect.receivedAt) {
      if (alarm.callOwed === callOwed.withNews) alarm.callOwed = from;
      return;
    }
    alarm.callOwed = callOwed.nobody;
    this.#transition('raised', alarm, null, effect);
  }

  #transition(
    kind: 'raised' | 'severity' | 'cleared',
    alarm: Row<'alarm'>,
    before: Severity | null,
    { at, receivedAt }: ToldEffect,
  ): void {
    this.transitions.push({ kind, alarm: { ...alarm }, before, at, receivedAt });
  }

  #seen(alarm: Row<'alarm'>, effect: { at: number; values: Record<string, number> }): void {
    if (effect.at < alarm.lastAt) return;
    alarm.lastAt = effect.at;
    alarm.valuesJson = JSON.stringify(effect.values);
  }

  #record(alarm: Row<'alarm'>, effect: Effect<'raised' | 'severity' | 'cleared'>): void {
    const { kind, at, receivedAt } = effect;
    this.changed.add(alarm.id);
    this.told.set(alarm.id, receivedAt);
    this.changes.push({
      alarmId: alarm.id,
      kind,
      severity: alarm.severity,
      at,
      recordedAt: receivedAt,
      byPersonId: null,
      note: null,
      valuesJson: JSON.stringify(effect.values),
      replayId: null,
      correctionJson: null,
      endedBy: kind === 'cleared' ? (effect.endedBy ?? null) : null,
    });
  }
}

/** The changes of severity that are in the ledger already, of the alarms for which there is one to take. */
async function severityChanges(tx: Transaction<Database>, effects: readonly ToldEffect[]): Promise<Set<string>> {
  const ids = [...new Set(effects.filter((effect) => effect.kind === 'severity').map((effect) => effect.alarmId))];
  const rows = await selectIn(tx, 'alarmChange', 'alarmId', ids);
  return new Set(rows.filter((row) => row.kind === 'severity').map(severityKey));
}

function severityKey(change: { alarmId: string; at: number; severity: Severity }): string {
  return `${change.alarmId} ${change.at} ${change.severity}`;
}
