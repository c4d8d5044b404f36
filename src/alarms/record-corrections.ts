import type { Transaction } from 'kysely';
import type { AlarmFacts } from '../model/alarm.ts';
import type { Episode } from '../model/episode.ts';
import { severityRank } from '../model/severity.ts';
import { addFeed } from '../store/feed.ts';
import { insertAll } from '../store/insert-all.ts';
import type { Database, NewRow, Row } from '../store/schema.ts';
import { upsertAll } from '../store/upsert-all.ts';
import type { Correction } from './corrections.ts';
import type { AlarmTransition } from './ledger.ts';
import { callOwed } from './owed-calls.ts';
import type { RecordedAlarm } from './recorded.ts';

export interface CorrectionContext {
  /** The replay that found it; null: late data did. */
  replayId: number | null;
  /** Who asked for the replay; null: from the command line, or late data. */
  byPersonId: string | null;
  /** Milliseconds since the epoch. */
  now: number;
  /** Whether people are to be called for an alarm that they do not know of. */
  isToCall(episode: Episode): boolean;
  /** Grid of a device; empty when it is gone. */
  gridOf(deviceId: string): string;
}

const columns = [
  'severity',
  'peakSeverity',
  'active',
  'raisedAt',
  'clearedAt',
  'count',
  'lastAt',
  'valuesJson',
  'correction',
  'correctedBy',
  'callOwed',
] as const;

/**
 * Writes corrections into the ledger and tells the feed. Nothing is erased: an alarm that is taken back stays, marked,
 * and each correction is a line of the ledger with the moment at which it was recorded.
 * @returns what people must be told of: only of alarms that are active, or that they were called for.
 */
export async function recordCorrections(
  tx: Transaction<Database>,
  corrections: readonly Correction[],
  context: CorrectionContext,
): Promise<AlarmTransition[]> {
  const batch = new CorrectionBatch(context);
  for (const correction of corrections) batch.take(correction);
  await upsertAll(tx, 'alarm', 'id', columns, batch.alarms);
  await insertAll(tx, 'alarmChange', batch.changes);
  const at = context.now;
  await addFeed(tx, ...batch.alarms.map(({ id, gridId }) => ({ kind: 'alarm' as const, ref: id, gridId, at })));
  return batch.transitions;
}

class CorrectionBatch {
  readonly alarms: Row<'alarm'>[] = [];
  readonly changes: NewRow<'alarmChange'>[] = [];
  readonly transitions: AlarmTransition[] = [];
  readonly #context: CorrectionContext;

  constructor(context: CorrectionContext) {
    this.#context = context;
  }

  take(correction: Correction): void {
    if (correction.kind === 'raised-late') this.#raiseLate(correction.episode);
    else if (correction.kind === 'retracted') this.#retract(correction.alarm);
    else this.#correct(correction.kind, correction.alarm, correction.episode, correction.after);
  }

  #raiseLate(episode: Episode): void {
    const { alarmId: id, ruleId, deviceId, raisedAt, raisedReceivedAt, clearedAt, count, active, path } = episode;
    const call = this.#context.isToCall(episode);
    const alarm: Row<'alarm'> = {
      id,
      ruleId,
      deviceId,
      gridId: this.#context.gridOf(deviceId),
      severity: episode.severity,
      peakSeverity: episode.peakSeverity,
      active: active ? 1 : 0,
      raisedAt,
      raisedReceivedAt,
      clearedAt,
      count,
      lastAt: episode.lastAt,
      valuesJson: JSON.stringify(episode.values),
      acknowledgedAt: null,
      acknowledgedBy: null,
      correction: 'raised-late',
      correctedBy: this.#context.replayId,
      callOwed: active && !call ? callOwed.withNews : callOwed.nobody,
      ruleVersion: episode.ruleVersion ?? null,
    };
    this.alarms.push(alarm);
    for (const [i, step] of path.entries())
      this.#change(alarm, { kind: i === 0 ? 'raised' : 'severity', at: step.at, severity: step.severity });
    if (clearedAt !== null) this.#change(alarm, { kind: 'cleared', at: clearedAt, valuesJson: alarm.valuesJson });
    if (!call) return;
    this.#transition('raised', alarm, null);
    if (!active) this.#transition('cleared', alarm, alarm.severity);
  }

  #retract({ row }: RecordedAlarm): void {
    const { now, replayId, byPersonId } = this.#context;
    const alarm: Row<'alarm'> = {
      ...row,
      active: 0,
      clearedAt: row.clearedAt ?? now,
      correction: 'retracted',
      correctedBy: replayId,
      callOwed: callOwed.nobody,
    };
    this.alarms.push(alarm);
    this.#change(alarm, { kind: 'retracted', at: now, byPersonId });
    this.#transition('retracted', alarm, null);
  }

  #correct(kind: 'corrected' | 'reinstated', recorded: RecordedAlarm, episode: Episode, after: AlarmFacts): void {
    const { row } = recorded;
    const { now, replayId, byPersonId } = this.#context;
    const { severity, peakSeverity, raisedAt, clearedAt, count, active } = after;
    const news = active && (row.active === 0 || row.callOwed !== callOwed.nobody);
    const call = news && this.#context.isToCall(episode);
    const seen = Number.isFinite(episode.lastAt);
    const alarm: Row<'alarm'> = {
      ...row,
      severity,
      peakSeverity,
      raisedAt,
      clearedAt,
      count,
      active: active ? 1 : 0,
      lastAt: seen ? episode.lastAt : row.lastAt,
      valuesJson: seen ? JSON.stringify(episode.values) : row.valuesJson,
      ...(replayId === null && isRecount(recorded, after)
        ? {}
        : {
            correction: row.correction === 'raised-late' ? ('raised-late' as const) : ('corrected' as const),
            correctedBy: replayId,
          }),
      callOwed: news && !call ? Math.max(row.callOwed, callOwed.withNews) : callOwed.nobody,
    };
    this.alarms.push(alarm);
    if (replayId === null && isRecount(recorded, after)) return;
    const correctionJson = JSON.stringify({ before: factsOf(recorded), after });
    this.#change(alarm, { kind, at: now, byPersonId, correctionJson, valuesJson: alarm.valuesJson });
    if (call) this.#transition(row.active === 0 ? 'reinstated' : 'raised', alarm, null);
    else if (row.active === 1 && !active) this.#transition('cleared', alarm, row.severity);
    else if (active && row.active === 1 && severityRank(severity) > severityRank(row.severity))
      this.#transition('severity', alarm, row.severity);
  }

  #change(
    alarm: Row<'alarm'>,
    change: Partial<NewRow<'alarmChange'>> & Pick<NewRow<'alarmChange'>, 'kind' | 'at'>,
  ): void {
    this.changes.push({
      severity: alarm.severity,
      byPersonId: null,
      note: null,
      valuesJson: null,
      correctionJson: null,
      ...change,
      alarmId: alarm.id,
      recordedAt: this.#context.now,
      replayId: this.#context.replayId,
    });
  }

  #transition(kind: AlarmTransition['kind'], alarm: Row<'alarm'>, before: Row<'alarm'>['severity'] | null): void {
    const { now } = this.#context;
    this.transitions.push({ kind, alarm: { ...alarm }, before, at: now, receivedAt: now });
  }
}

/** A late sample of an alarm that is known, which only counts: no line of the ledger for each. */
function isRecount(recorded: RecordedAlarm, after: AlarmFacts): boolean {
  return JSON.stringify(factsOf({ ...recorded, count: after.count })) === JSON.stringify(factsOf(after));
}

function factsOf({ severity, peakSeverity, active, raisedAt, clearedAt, count, path }: AlarmFacts): AlarmFacts {
  return { severity, peakSeverity, active, raisedAt, clearedAt, count, path };
}
