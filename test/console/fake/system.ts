import type { SystemAlarm, SystemStatus } from '../../../src/api/contract.ts';

/** A canary that is late since the store cannot be written. */
export function makeTroubles(now: number): SystemAlarm[] {
  const since = now - 95_000;
  const trouble = (code: SystemAlarm['code'], severity: SystemAlarm['severity'], detail: SystemAlarm['detail']) => {
    return { id: `${code}/${since}`, code, severity, since, detail };
  };
  return [
    trouble('CANARY_LATE', 'red', { withinMs: 10_000, passed: 'connected durable', missing: 'alarmed notified' }),
    trouble('STORE_UNAVAILABLE', 'red', { waitedMs: 5_012, reason: 'database is locked' }),
    trouble('TELEMETRY_UNAVAILABLE', 'yellow', { waiting: 4_100, oldestMs: 41_000, silentMs: 0 }),
  ];
}

/** How Tocsin is while it has these troubles. */
export function makeSystem(troubles: SystemAlarm[], now: number): SystemStatus {
  const late = troubles.some(({ code }) => code === 'CANARY_LATE');
  return {
    startedAt: now - 86_400_000 * 3,
    troubles,
    parts: { engine: { ok: !late, detail: 'cannot commit to the store: database is locked' }, telemetry: { ok: true } },
    consumers: [
      { name: 'engine', waiting: late ? 5_200 : 0, oldestMs: late ? 95_000 : 0, silentMs: 0, trouble: null },
      { name: 'telemetry', waiting: 12, oldestMs: 210, silentMs: 0, trouble: null },
      { name: 'delivery', waiting: 0, oldestMs: 0, silentMs: 0, trouble: null },
    ],
    latencies: [
      { stage: 'durable', count: 104_000, p50Ms: 1.4, p99Ms: 3.9 },
      { stage: 'judged', count: 61_000, p50Ms: 2.6, p99Ms: 9 },
      { stage: 'alarmed', count: 37, p50Ms: 6.1, p99Ms: 18 },
      { stage: 'notified', count: 0, p50Ms: null, p99Ms: null },
    ],
    canary: {
      state: late ? 'late' : 'well',
      everyMs: 60_000,
      withinMs: 10_000,
      lastAt: now - 160_000,
      last: { connected: 8.1, durable: 11.6, alarmed: 29, notified: 33 },
      late: late ? { ageMs: 95_000, passed: ['connected', 'durable'] } : null,
    },
    heartbeat: { enabled: true, lastAt: now - 160_000, failure: null },
    history: [
      ...troubles.map((trouble) => ({ ...trouble, clearedAt: null })),
      {
        id: 'CLOCK_STEPPED/1',
        code: 'CLOCK_STEPPED',
        severity: 'orange',
        since: now - 86_400_000,
        clearedAt: now - 85_800_000,
        detail: { byMs: -4_200 },
      },
    ],
  };
}
