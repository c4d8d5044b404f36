import type { TrialCorrection } from '../model/backtest.ts';
import type { Episode, Rejudged } from '../model/episode.ts';
import { alarmOf } from './ledger.ts';

/** How many are remembered; all are counted. */
const most = 1_000;

/** What samples that came late have changed about alarms that had been told. */
export class Corrections {
  readonly first: TrialCorrection[] = [];
  count = 0;

  /** @param told what was known until now, by alarm id */
  take({ deviceId: device, at, receivedAt, found, gone }: Rejudged, told: ReadonlyMap<string, Episode>): void {
    for (const id of gone) {
      const before = told.get(id);
      if (!before) continue;
      this.#add({ kind: 'retracted', rule: before.ruleId, device, at, receivedAt, before: alarmOf(before), now: null });
    }
    for (const episode of found) {
      const before = told.get(episode.alarmId);
      const facts = { rule: episode.ruleId, device, at, receivedAt, now: alarmOf(episode) };
      if (before) this.#add({ ...facts, kind: 'corrected', before: alarmOf(before) });
      else this.#add({ ...facts, kind: 'raised-late', before: null });
    }
  }

  #add(correction: TrialCorrection): void {
    this.count++;
    if (this.first.length < most) this.first.push(correction);
  }
}
