import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import type { FeedEvent, SystemNow, SystemStatus } from '../../src/api/contract.ts';
import type { SystemBody } from '../../src/watch/system-body.ts';
import { listenTo } from '../api/sse.ts';
import { type Endpoint, openEndpoint } from '../notify/endpoint.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';

/** The real service, a real monitor and a real endpoint; its store is held by another connection, as a backup would. */

const waiting = { timeout: 40_000, interval: 100 };
const secret = 'the secret of the tests';
let tocsin: TocsinProcess;
let endpoint: Endpoint;
let monitor: Endpoint;
let feed: Awaited<ReturnType<typeof listenTo>>;

beforeAll(async () => {
  endpoint = await openEndpoint();
  monitor = await openEndpoint();
  tocsin = await TocsinProcess.start({
    TOCSIN_WATCH_CANARY_EVERY: '1 s',
    TOCSIN_WATCH_CANARY_WITHIN: '3 s',
    TOCSIN_WATCH_HEARTBEAT_URL: monitor.url,
    TOCSIN_WATCH_HEARTBEAT_EVERY: '1 s',
    TOCSIN_NOTIFY_WEBHOOK_URL: endpoint.url,
    TOCSIN_NOTIFY_WEBHOOK_SECRET: secret,
  });
  feed = await listenTo(tocsin.url, tocsin.token);
}, 240_000);

afterAll(async () => {
  await feed.close();
  await tocsin.remove();
  await Promise.all([endpoint.close(), monitor.close()]);
});

const system = () => tocsin.call<SystemStatus>('GET', '/system');
const systemNews = () => endpoint.received.map(({ body }) => JSON.parse(body) as SystemBody);
const shownOnFeed = () =>
  feed.received
    .filter(({ data }) => data.kind === 'system')
    .map(({ data }) => (data as FeedEvent).data as SystemNow)
    .map(({ troubles }) => troubles);

test('a canary comes through again and again, and nobody sees anything of it', async () => {
  await vi.waitFor(async () => expect((await system()).canary.state).toBe('well'), waiting);
  const first = (await system()).canary.lastAt!;
  await vi.waitFor(async () => expect((await system()).canary.lastAt).toBeGreaterThan(first), waiting);

  const { canary, latencies } = await system();
  expect(Object.keys(canary.last!)).toEqual(expect.arrayContaining(['connected', 'durable', 'alarmed', 'notified']));
  expect(latencies.map(({ stage }) => stage)).toEqual(['durable', 'judged', 'alarmed', 'notified']);
  for (const path of ['/alarms', '/cases', '/devices', '/notices', '/quarantine', '/alarms?device=_canary'])
    expect(await tocsin.call('GET', path), path).toEqual([]);
  expect(await tocsin.call('GET', '/summary')).toMatchObject({
    devices: 0,
    unacknowledged: 0,
    openCases: 0,
    grids: [],
  });
  await expect(tocsin.call('GET', '/devices/_canary')).rejects.toThrow('404');
  expect(feed.received).toEqual([]);
  expect(endpoint.received).toEqual([]);
  const metrics = await tocsin.metrics();
  expect(metrics['tocsin_alarm_transitions_total{kind="raised"}'] ?? 0).toBe(0);
  for (const stage of ['durable', 'judged', 'alarmed', 'notified'])
    expect(metrics[`tocsin_stage_seconds_count{stage="${stage}"}`], stage).toBeGreaterThan(0);
  expect(metrics['tocsin_oldest_undelivered_seconds{consumer="engine"}']).toBeLessThan(10);
});

test('the canary alarm itself is not to be had by its id', async () => {
  const store = new Database(join(tocsin.dataDir, 'tocsin.db'), { readonly: true });
  const { id } = store.prepare(`select id from alarm where deviceId = '_canary' limit 1`).get() as { id: string };
  store.close();
  await expect(tocsin.call('GET', `/alarms/${encodeURIComponent(id)}`)).rejects.toThrow('404');
});

test('a store that nobody can write: consoles and endpoints hear of it, heartbeats stop; afterwards all is well again', async () => {
  await vi.waitFor(() => expect(monitor.received.length).toBeGreaterThan(0), waiting);
  const held = new Database(join(tocsin.dataDir, 'tocsin.db'));
  held.exec('begin exclusive');
  let silentFrom: number;
  try {
    await vi.waitFor(() => expect(codes(shownOnFeed().at(-1))).toContain('CANARY_LATE'), waiting);
    await vi.waitFor(() => expect(systemNews().map(({ system }) => system.code)).toContain('CANARY_LATE'), waiting);
    silentFrom = monitor.received.length;
    const late = systemNews().find((news) => news.system.code === 'CANARY_LATE')!;
    expect(late).toMatchObject({ version: 1, event: 'system-raised', system: { severity: 'red' } });
    // It says where it is stuck: durable, but no alarm came of it.
    expect(late.system.detail).toMatchObject({ passed: 'connected durable', missing: 'alarmed notified' });
    await vi.waitFor(() => expect(codes(shownOnFeed().at(-1))).toContain('STORE_UNAVAILABLE'), waiting);
    await vi.waitFor(async () => expect((await system()).canary.late).not.toBeNull(), waiting);
    expect(monitor.received.length).toBe(silentFrom);
  } finally {
    held.exec('rollback');
    held.close();
  }
  await vi.waitFor(() => expect(shownOnFeed().at(-1)).toEqual([]), waiting);
  await vi.waitFor(() => expect(monitor.received.length).toBeGreaterThan(silentFrom), waiting);
  await vi.waitFor(
    () =>
      expect(
        systemNews()
          .filter(({ event }) => event === 'system-cleared')
          .map(({ system }) => system.code),
      ).toContain('CANARY_LATE'),
    waiting,
  );
  const { history, troubles } = await system();
  expect(troubles).toEqual([]);
  expect(history.find(({ code }) => code === 'CANARY_LATE')!.clearedAt).not.toBeNull();
  expect(monitor.received.at(-1)!.headers['content-type']).toContain('application/json');
  expect(JSON.parse(monitor.received.at(-1)!.body)).toMatchObject({ version: 1, event: 'heartbeat', troubles: [] });
}, 240_000);

test('the alert rules for Prometheus speak of metrics that there are', async () => {
  const file = new URL('../../deploy/prometheus-alerts.yaml', import.meta.url);
  const { groups } = parse(await readFile(file, 'utf8')) as { groups: { rules: Record<string, unknown>[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThan(5);
  const known = new Set(Object.keys(await tocsin.metrics()).map((name) => name.split('{')[0]));
  for (const { alert, expr, annotations } of rules) {
    expect(alert).toMatch(/^Tocsin/);
    expect((annotations as { summary: string }).summary).not.toBe('');
    const names = String(expr).match(/\btocsin_\w+/g) ?? [];
    for (const name of names) expect(known, `${alert}`).toContain(name);
    expect(names.length > 0 || String(expr).includes('up{'), `${alert}`).toBe(true);
  }
});

test('what is posted is signed and has a key of its own', () => {
  const keys = endpoint.received.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { headers, body } of endpoint.received)
    expect(headers['x-tocsin-signature']).toBe(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
});

const codes = (troubles: SystemStatus['troubles'] = []) => troubles.map(({ code }) => code);
