import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Channel } from '../../src/notify/channel.ts';
import { webhookChannel } from '../../src/notify/channels/webhook/channel.ts';
import { webhookTargets } from '../../src/notify/channels/webhook/targets.ts';
import {
  deliverDue,
  endLongWaits,
  firstWaitMs,
  giveUpAfterMs,
  giveUpOld,
  longestWaitMs,
  takeBackUnfinished,
} from '../../src/notify/deliver.ts';
import { enqueue } from '../../src/notify/outbox.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { tempStore } from '../store/temp-store.ts';
import { closedAddress, startEndpoint } from './endpoint.ts';

const start = 1_772_323_200_000;

function heldClock() {
  const clock = { at: start, now: () => clock.at };
  return clock;
}

const settings = { minSeverity: 'blue' as const, timeout: 300 };
const channelsOf = (store: Store) => new Map([['webhook', webhookChannel(store, settings)]]);

async function addWebhook(store: Store, id: string, url: string, secret: string | null = null) {
  await store.insertInto('webhook').values({ id, url, secret, minSeverity: 'blue', createdAt: start }).execute();
}
const intent = (id: string, target: string) => ({
  id,
  channel: 'webhook',
  target,
  body: { id, 地点: '地道桥' },
  receivedAt: null,
});
const row = (store: Store, id: string) =>
  store.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

test('a message is posted once, signed over the very bytes that are sent', async () => {
  const { store } = await tempStore();
  const endpoint = await startEndpoint();
  const clock = heldClock();
  await addWebhook(store, 'w', endpoint.url, 'a secret of sixteen');
  await enqueue(store, [intent('m1', 'w')], start);
  await enqueue(store, [intent('m1', 'w')], start + 5);
  expect(await deliverDue(store, clock, channelsOf(store))).toEqual({ delivered: 1, failed: 0 });
  await deliverDue(store, clock, channelsOf(store));

  expect(endpoint.received).toHaveLength(1);
  const { headers, body } = endpoint.received[0]!;
  expect(JSON.parse(body)).toEqual({ id: 'm1', 地点: '地道桥' });
  expect(headers['idempotency-key']).toBe('m1');
  expect(headers['content-type']).toContain('application/json');
  const signature = createHmac('sha256', 'a secret of sixteen').update(Buffer.from(body)).digest('hex');
  expect(headers['x-tocsin-signature']).toBe(`sha256=${signature}`);
  expect(await row(store, 'm1')).toMatchObject({ state: 'delivered', attempts: 1, deliveredAt: start });
});

test('the endpoint of the settings is reached too, with the name and password of its address', async () => {
  const { store } = await tempStore();
  const endpoint = await startEndpoint();
  const url = endpoint.url.replace('http://', 'http://tocsin:p%40ss@');
  const fromSettings = { ...settings, url, secret: 'a secret of sixteen' };
  expect(await webhookTargets(store, fromSettings)).toMatchObject([{ id: 'settings', minSeverity: 'blue' }]);
  await enqueue(store, [intent('m1', 'settings')], start);
  await deliverDue(store, heldClock(), new Map([['webhook', webhookChannel(store, fromSettings)]]));
  const { headers } = endpoint.received[0]!;
  expect(headers.authorization).toBe(`Basic ${Buffer.from('tocsin:p@ss').toString('base64')}`);
  expect(headers['x-tocsin-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
});

test('after a 500 it is tried again with the same key, not before its time', async () => {
  const { store } = await tempStore();
  const endpoint = await startEndpoint([500]);
  const clock = heldClock();
  await addWebhook(store, 'w', endpoint.url);
  await enqueue(store, [intent('m1', 'w')], start);
  expect(await deliverDue(store, clock, channelsOf(store))).toEqual({ delivered: 0, failed: 1 });
  expect(await row(store, 'm1')).toMatchObject({ state: 'waiting', lastError: 'The endpoint answered 500.' });
  clock.at = start + firstWaitMs - 1;
  await deliverDue(store, clock, channelsOf(store));
  expect(endpoint.received).toHaveLength(1);
  clock.at = start + firstWaitMs;
  await deliverDue(store, clock, channelsOf(store));
  expect(endpoint.received.map(({ headers }) => headers['idempotency-key'])).toEqual(['m1', 'm1']);
  expect(await row(store, 'm1')).toMatchObject({ state: 'delivered', attempts: 2, lastError: null });
});

test('an endpoint that does not answer costs its time limit and counts as failed', async () => {
  const { store } = await tempStore();
  const endpoint = await startEndpoint([null]);
  await addWebhook(store, 'w', endpoint.url);
  await enqueue(store, [intent('m1', 'w')], start);
  await deliverDue(store, heldClock(), channelsOf(store));
  expect(await row(store, 'm1')).toMatchObject({
    state: 'waiting',
    attempts: 1,
    lastError: 'No answer within 300 ms.',
  });
});

test('a redirect is not followed', async () => {
  const { store } = await tempStore();
  const endpoint = await startEndpoint([302]);
  await addWebhook(store, 'w', endpoint.url);
  await enqueue(store, [intent('m1', 'w')], start);
  await deliverDue(store, heldClock(), channelsOf(store));
  expect(endpoint.received).toHaveLength(1);
  expect((await row(store, 'm1')).lastError).toContain('redirects are not followed');
});

test('what can never be delivered is given up at once: no such webhook, not http, no such channel', async () => {
  const { store } = await tempStore();
  await addWebhook(store, 'file', 'file:///etc/hostname');
  await enqueue(
    store,
    [intent('m1', 'removed'), intent('m2', 'file'), { ...intent('m3', 'x'), channel: 'fax' }],
    start,
  );
  await deliverDue(store, heldClock(), channelsOf(store));
  expect(await row(store, 'm1')).toMatchObject({ state: 'failed', lastError: 'The webhook was removed.' });
  expect((await row(store, 'm2')).state).toBe('failed');
  expect((await row(store, 'm3')).state).toBe('failed');
});

test('a dead endpoint is tried once a call and does not hold up the others, which get theirs in order', async () => {
  const { store } = await tempStore();
  const alive = await startEndpoint();
  await addWebhook(store, 'alive', alive.url);
  await addWebhook(store, 'dead', await closedAddress());
  const ids = Array.from({ length: 10 }, (_, i) => i);
  await enqueue(
    store,
    ids.flatMap((i) => [intent(`d${i}`, 'dead'), intent(`a${9 - i}`, 'alive')]),
    start,
  );
  expect(await deliverDue(store, heldClock(), channelsOf(store))).toEqual({ delivered: 10, failed: 1 });
  expect(alive.received.map(({ headers }) => headers['idempotency-key'])).toEqual(ids.map((i) => `a${9 - i}`));
  expect(await row(store, 'd0')).toMatchObject({ attempts: 1, state: 'waiting' });
  expect(await row(store, 'd1')).toMatchObject({ attempts: 0, state: 'waiting' });
});

test('the wait doubles up to its limit, and after a day it is given up', async () => {
  const { store } = await tempStore();
  const clock = heldClock();
  await addWebhook(store, 'dead', await closedAddress());
  await enqueue(store, [intent('m1', 'dead')], start);
  const waits: number[] = [];
  for (;;) {
    await giveUpOld(store, clock.at);
    await deliverDue(store, clock, channelsOf(store));
    const { state, nextAt } = await row(store, 'm1');
    if (state === 'failed') break;
    waits.push(nextAt - clock.at);
    clock.at = waits.length < 12 ? nextAt : start + giveUpAfterMs;
  }
  expect(waits.slice(0, 3)).toEqual([firstWaitMs, 2 * firstWaitMs, 4 * firstWaitMs]);
  expect(waits.slice(9)).toEqual([longestWaitMs, longestWaitMs, longestWaitMs]);
  expect(await row(store, 'm1')).toMatchObject({ state: 'failed', attempts: 12 });
  expect((await row(store, 'm1')).lastError).toContain('cannot be reached');
});

test('a message under way is not sent a second time, nor is its target sent another', async () => {
  const { store } = await tempStore();
  const clock = heldClock();
  const sent: string[] = [];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const slow: Channel = {
    timeoutMs: 1000,
    deliver: async ({ id }) => {
      sent.push(id);
      await held;
    },
  };
  await enqueue(store, [intent('m1', 'w'), intent('m2', 'w')], start);
  const first = deliverDue(store, clock, new Map([['webhook', slow]]));
  await expect.poll(() => sent).toEqual(['m1']);
  await deliverDue(store, clock, new Map([['webhook', slow]]));
  expect(sent).toEqual(['m1']);
  letGo();
  await first;
  expect(sent).toEqual(['m1', 'm2']);
});

test('after a crash in the middle, what was not marked is sent once more and what was marked is not', async () => {
  const { store, file } = await tempStore();
  const clock = heldClock();
  const endpoint = await startEndpoint();
  await addWebhook(store, 'w', endpoint.url);
  await enqueue(store, [intent('m1', 'w'), intent('m2', 'w')], start);
  // The receiver takes the second message, then everything stands still, as at a crash before it could be marked.
  const real = webhookChannel(store, settings);
  const crashing: Channel = {
    timeoutMs: settings.timeout,
    deliver: async (message) => {
      await real.deliver(message);
      if (message.id === 'm2') await new Promise(() => {});
    },
  };
  void deliverDue(store, clock, new Map([['webhook', crashing]]));
  await expect.poll(() => endpoint.received.length).toBe(2);

  const restarted = await openStore(file);
  await deliverDue(restarted, clock, channelsOf(restarted));
  expect(endpoint.received).toHaveLength(2);
  for (clock.at = start; clock.at <= start + 120_000; clock.at += 60_000) {
    await endLongWaits(restarted, clock.at);
    await deliverDue(restarted, clock, channelsOf(restarted));
  }
  await restarted.destroy();
  expect(endpoint.received.map(({ headers }) => headers['idempotency-key'])).toEqual(['m1', 'm2', 'm2']);
});

test('what a crash left half sent does not wait for its lease when the only sender starts again', async () => {
  const { store } = await tempStore();
  const clock = heldClock();
  const endpoint = await startEndpoint();
  await addWebhook(store, 'w', endpoint.url);
  await enqueue(store, [intent('m1', 'w')], start);
  const crashing: Channel = { timeoutMs: settings.timeout, deliver: () => new Promise(() => {}) };
  void deliverDue(store, clock, new Map([['webhook', crashing]]));
  await expect.poll(async () => (await row(store, 'm1')).state).toBe('sending');

  await takeBackUnfinished(store);
  await deliverDue(store, clock, channelsOf(store));
  expect(endpoint.received).toHaveLength(1);
});

test('a message that waits for its next attempt does not wait for a clock that was set back', async () => {
  const { store } = await tempStore();
  const endpoint = await startEndpoint();
  const clock = heldClock();
  await addWebhook(store, 'w', await closedAddress());
  await enqueue(store, [intent('m1', 'w')], start);
  await deliverDue(store, clock, channelsOf(store));
  await store.updateTable('webhook').set({ url: endpoint.url }).where('id', '=', 'w').execute();
  expect(await row(store, 'm1')).toMatchObject({ state: 'waiting', nextAt: start + firstWaitMs });
  clock.at = start - 3_600_000;
  await endLongWaits(store, clock.at);
  expect(await deliverDue(store, clock, channelsOf(store))).toEqual({ delivered: 1, failed: 0 });
  expect(endpoint.received).toHaveLength(1);
});
