import fc from 'fast-check';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Sample } from '../../src/model/sample.ts';
import { EpisodeCollector } from '../../src/rules/episodes.ts';
import { randomFrom } from '../support/random.ts';

/** What happens to samples on their way. */
export interface Disturbance {
  seed: number;
  /** No sample comes later than this after it was measured, milliseconds. */
  latestMs: number;
  /** Share of the samples that come late at all. */
  late: number;
  /** Share of the samples that come twice. */
  repeated: number;
  restarts: number;
}

export interface Disturbed {
  arrivals: Sample[];
  /** Places among them before which the fold is stopped and restored. */
  restarts: number[];
}

export function disturbance(boundMs: number): fc.Arbitrary<Disturbance> {
  return fc.record({
    seed: fc.integer(),
    latestMs: fc.oneof(fc.constant(boundMs - 1), fc.integer({ min: 1, max: boundMs - 1 })),
    late: fc.constantFrom(0.05, 0.3, 1),
    repeated: fc.constantFrom(0, 0.1, 0.5),
    restarts: fc.integer({ min: 0, max: 3 }),
  });
}

/** Samples as they come; each within the bound after it was measured. */
export function arrivalsOf(samples: readonly Sample[], disturb: Disturbance): Disturbed {
  const random = randomFrom(disturb.seed);
  const arrivals = samples.flatMap((sample) => {
    const delay = () => (random() < disturb.late ? Math.floor(random() * disturb.latestMs) : 0);
    const times = random() < disturb.repeated ? 2 : 1;
    return Array.from({ length: times }, () => ({ ...sample, receivedAt: sample.measuredAt + delay() }));
  });
  arrivals.sort((a, b) => a.receivedAt - b.receivedAt);
  const restarts = Array.from({ length: disturb.restarts }, () => Math.floor(random() * arrivals.length));
  return { arrivals, restarts };
}

/** What the ledger says in the end, without ids and without when it was known. */
export function recordOf(effects: readonly AlarmEffect[]): string {
  const collector = new EpisodeCollector();
  for (const effect of effects) collector.take(structuredClone(effect));
  const lines = [...collector.episodes.values()].map((one) => {
    const { ruleId, deviceId, raisedAt, clearedAt, severity, peakSeverity, active, count, path } = one;
    return JSON.stringify({ deviceId, ruleId, raisedAt, clearedAt, severity, peakSeverity, active, count, path });
  });
  return lines.sort().join('\n');
}
