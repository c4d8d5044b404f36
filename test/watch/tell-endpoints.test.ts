import { expect, onTestFinished, test, vi } from 'vitest';
import { steadyClock } from '../../src/shared/clock.ts';
import { createLogger } from '../../src/shared/logger.ts';
import type { SystemChange } from '../../src/watch/system-alarms.ts';
import { TellEndpoints } from '../../src/watch/tell-endpoints.ts';
import { closedAddress, startEndpoint } from '../notify/endpoint.ts';

const waiting = { timeout: 15_000 };
const alarm = {
  id: 'CANARY_LATE/5',
  code: 'CANARY_LATE',
  severity: 'orange',
  since: 5,
  detail: { withinMs: 1 },
} as const;
const raised: SystemChange = { kind: 'raised', alarm, at: 7 };

function tellTo(targets: { id: string; url: string; minSeverity?: 'blue' | 'red' }[]) {
  const endpoints = new TellEndpoints({
    targets: () => targets.map((target) => ({ secret: null, minSeverity: 'blue', ...target })),
    timeoutMs: 2_000,
    consoleUrl: 'https://tocsin.example.org',
    steady: steadyClock,
    log: createLogger('silent'),
  });
  onTestFinished(() => endpoints.stop());
  return endpoints;
}

test('an endpoint that fails is told again under the same key, in order; one that is away holds up no other', async () => {
  const shaky = await startEndpoint([503]);
  const good = await startEndpoint();
  const endpoints = tellTo([
    { id: 'away', url: await closedAddress() },
    { id: 'shaky', url: shaky.url },
    { id: 'good', url: good.url },
  ]);
  endpoints.tell(raised);
  endpoints.tell({ kind: 'cleared', alarm, at: 9 });
  await vi.waitFor(() => expect(good.received).toHaveLength(2), waiting);
  await vi.waitFor(() => expect(shaky.received).toHaveLength(3), waiting);
  const [first, again, second] = shaky.received.map(({ headers, body }) => {
    return [headers['idempotency-key'], JSON.parse(body).event];
  });
  expect(first).toEqual(['system/CANARY_LATE/5/raised/webhook/shaky', 'system-raised']);
  expect(again).toEqual(first);
  expect(second).toEqual(['system/CANARY_LATE/5/cleared/webhook/shaky', 'system-cleared']);
  expect(JSON.parse(good.received[0]!.body)).toEqual({
    version: 1,
    event: 'system-raised',
    at: 7,
    system: { id: alarm.id, code: 'CANARY_LATE', severity: 'orange', since: 5, detail: { withinMs: 1 } },
    link: 'https://tocsin.example.org/system',
  });
});

test('an endpoint is told of what it wants to hear', async () => {
  const all = await startEndpoint();
  const onlyRed = await startEndpoint();
  const endpoints = tellTo([
    { id: 'red', url: onlyRed.url, minSeverity: 'red' },
    { id: 'all', url: all.url },
  ]);
  endpoints.tell(raised);
  endpoints.tell({ kind: 'severity', alarm: { ...alarm, severity: 'red' }, at: 8 });
  await vi.waitFor(() => expect(all.received).toHaveLength(2), waiting);
  await vi.waitFor(() => expect(onlyRed.received).toHaveLength(1), waiting);
  expect(JSON.parse(onlyRed.received[0]!.body)).toMatchObject({
    event: 'system-severity',
    system: { severity: 'red' },
  });
});
