import { severityRank } from '../model/severity.ts';
import type { SystemAlarmCode, SystemTrouble } from '../model/system-alarm.ts';

/** A trouble that is gone at the next look was none. */
const raiseAfterMs = 1_500;
/** One that comes and goes is one. */
const clearAfterMs = 5_000;

/** A trouble of Tocsin that people are told of. */
export interface SystemAlarm extends SystemTrouble {
  /** Code and beginning. */
  id: string;
  /** Milliseconds since the epoch. */
  since: number;
}

export interface SystemChange {
  kind: 'raised' | 'severity' | 'cleared';
  alarm: SystemAlarm;
  /** Milliseconds since the epoch. */
  at: number;
}

interface Known {
  trouble: SystemTrouble;
  /** By the wall clock, for people. */
  firstAt: number;
  firstSeen: number;
  lastSeen: number;
  /** Null until it has lasted. */
  alarm: SystemAlarm | null;
}

/** Which troubles there are, from what all parts say again and again. One a code: of several the worst counts. */
export class SystemAlarms {
  readonly #known = new Map<SystemAlarmCode, Known>();

  /** Goes on with those that were there when Tocsin ended. @param now by the clock that does not jump */
  restore(alarms: readonly SystemAlarm[], now: number): void {
    for (const alarm of alarms) {
      const times = { firstAt: alarm.since, firstSeen: now, lastSeen: now };
      this.#known.set(alarm.code, { trouble: alarm, ...times, alarm });
    }
  }

  /**
   * @param troubles all that there are now
   * @param at milliseconds since the epoch
   * @param now milliseconds by the clock that does not jump
   * @returns what changed
   */
  take(troubles: readonly SystemTrouble[], at: number, now: number): SystemChange[] {
    const changes: SystemChange[] = [];
    for (const trouble of worstByCode(troubles)) this.#see(trouble, at, now, changes);
    for (const [code, known] of this.#known) {
      // Not raised and gone again: nobody knew of it.
      if (known.lastSeen === now || (known.alarm && now - known.lastSeen < clearAfterMs)) continue;
      this.#known.delete(code);
      if (known.alarm) changes.push({ kind: 'cleared', alarm: known.alarm, at });
    }
    return changes;
  }

  #see(trouble: SystemTrouble, at: number, now: number, changes: SystemChange[]): void {
    const { code, severity } = trouble;
    const known: Known = this.#known.get(code) ?? {
      trouble,
      firstAt: at,
      firstSeen: now,
      lastSeen: now,
      alarm: null,
    };
    this.#known.set(code, known);
    known.trouble = trouble;
    known.lastSeen = now;
    if (known.alarm === null) {
      if (now - known.firstSeen < raiseAfterMs) return;
      known.alarm = { ...trouble, id: `${code}/${known.firstAt}`, since: known.firstAt };
      changes.push({ kind: 'raised', alarm: known.alarm, at });
      return;
    }
    const before = known.alarm.severity;
    known.alarm = { ...known.alarm, ...trouble };
    if (before !== severity) changes.push({ kind: 'severity', alarm: known.alarm, at });
  }

  /** Those that people have been told of, worst first, then oldest. */
  active(): SystemAlarm[] {
    return [...this.#known.values()]
      .flatMap(({ alarm }) => alarm ?? [])
      .sort((a, b) => severityRank(b.severity) - severityRank(a.severity) || a.since - b.since);
  }
}

function worstByCode(troubles: readonly SystemTrouble[]): Iterable<SystemTrouble> {
  const worst = new Map<SystemAlarmCode, SystemTrouble>();
  for (const trouble of troubles) {
    const other = worst.get(trouble.code);
    if (!other || severityRank(trouble.severity) > severityRank(other.severity)) worst.set(trouble.code, trouble);
  }
  return worst.values();
}
