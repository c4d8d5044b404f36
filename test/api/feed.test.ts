import { afterEach, beforeEach, expect, test } from 'vitest';
import { FeedClient } from '../../src/api/feed/client.ts';
import { FeedHub } from '../../src/api/feed/hub.ts';
import { feedEnd } from '../../src/store/feed.ts';
import { addAlarm, addCase, addFeedLine } from './rows.ts';
import { listen } from './sse.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

test('what changes comes as the object in its route’s shape', async () => {
  await addAlarm(world.store, 'before');
  const officer = await listen(world, 'officer');
  expect(officer.response.headers.get('content-type')).toContain('text/event-stream');
  await addAlarm(world.store, 'a1');
  await addCase(world.store, 'k1', 'a1', 'worker');
  await addFeedLine(world.store, 'case', 'k1', 'g1');
  await addFeedLine(world.store, 'device', 'dev2', 'g2');
  await addFeedLine(world.store, 'device', 'taken-away', 'g2');
  world.feedChanged();
  const events = await officer.until(4);
  const alarms = (await world.call('officer', 'GET', '/alarms?limit=1000')).body;
  expect(events.map(({ data }) => [data.seq, data.kind, data.ref])).toEqual([
    [2, 'alarm', 'a1'],
    [3, 'case', 'k1'],
    [4, 'device', 'dev2'],
    [5, 'device', 'taken-away'],
  ]);
  expect(events.every((event) => event.id === event.data.seq)).toBe(true);
  expect(events[0]!.data.data).toEqual(alarms.find((alarm: { id: string }) => alarm.id === 'a1'));
  expect(events[1]!.data.data).toMatchObject({ id: 'k1', status: 'dispatched' });
  expect(events[2]!.data.data).toMatchObject({ id: 'dev2', gridId: 'g2' });
  expect(events[3]!.data.data).toBeNull();
  await officer.close();
});

test('everyone hears only what he may see', async () => {
  const [worker, officer] = [await listen(world, 'worker'), await listen(world, 'officer')];
  await addAlarm(world.store, 'far', { gridId: 'g2' });
  await addAlarm(world.store, 'near');
  await addCase(world.store, 'k1', 'near', 'worker');
  const notice = { caseId: 'k1', alarmId: 'near', reason: 'dispatched' as const, at: 1, readAt: null };
  for (const personId of ['officer', 'worker']) {
    await world.store
      .insertInto('notice')
      .values({ ...notice, id: `n-${personId}`, personId })
      .execute();
    await addFeedLine(world.store, 'notice', `n-${personId}`, 'g1', personId);
  }
  await addFeedLine(world.store, 'device', 'dev1', 'g1');
  world.feedChanged();
  const refs = (events: { data: { ref: string } }[]) => events.map(({ data }) => data.ref);
  expect(refs(await worker.until(3))).toEqual(['near', 'n-worker', 'dev1']);
  expect(refs(await officer.until(4))).toEqual(['far', 'near', 'n-officer', 'dev1']);
  expect(worker.received[1]!.data.data).toMatchObject({ reason: 'dispatched', caseId: 'k1' });
  await Promise.all([worker.close(), officer.close()]);
});

test('a client that comes back gets what it missed, and then what is new', async () => {
  for (let i = 1; i <= 1200; i++) await addFeedLine(world.store, 'device', `d${i}`, 'g1');
  const back = await listen(world, 'officer', 10);
  await back.until(1190);
  await addFeedLine(world.store, 'device', 'dev1', 'g1');
  world.feedChanged();
  const events = await back.until(1191);
  expect(events.map((event) => event.id)).toEqual(Array.from({ length: 1191 }, (_, i) => i + 11));
  await back.close();
});

test('a client that missed too much, or comes from another store, is told to read everything again', async () => {
  await world.store.transaction().execute(async (tx) => {
    for (let i = 0; i < 5200; i++) {
      await tx
        .insertInto('feed')
        .values({ kind: 'device', ref: 'dev1', gridId: 'g1', personId: null, at: i })
        .execute();
    }
  });
  for (const lastSeen of [3, 999_999]) {
    const late = await listen(world, 'officer', lastSeen);
    expect(await late.until(1)).toEqual([{ id: 5200, event: 'reset', data: {} }]);
    await late.close();
  }
});

test('what a request changes is told at once', async () => {
  const officer = await listen(world, 'officer');
  const patch = await world.call('admin', 'PATCH', '/devices/dev1', { name: 'Renamed' });
  expect(patch.status).toBe(200);
  const [event] = await officer.until(1);
  expect(event!.data).toMatchObject({ kind: 'device', ref: 'dev1', data: { name: 'Renamed' } });
  await officer.close();
});

test('several lines about one object are one event with the newest number', async () => {
  const officer = await listen(world, 'officer');
  for (let i = 0; i < 5; i++) await addFeedLine(world.store, 'device', 'dev1', 'g1');
  await addFeedLine(world.store, 'device', 'dev2', 'g2');
  world.feedChanged();
  const events = await officer.until(2);
  expect(events.map((event) => event.id)).toEqual([5, 6]);
  await officer.close();
});

/** A connection of which the far end reads nothing. */
function deafResponse() {
  const state = { written: 0, destroyed: false, writableEnded: false };
  const response = {
    get destroyed() {
      return state.destroyed;
    },
    get writableEnded() {
      return state.writableEnded;
    },
    get writableLength() {
      return state.written;
    },
    write: (text: string) => {
      state.written += text.length;
    },
    destroy: () => {
      state.destroyed = true;
    },
    end: () => {
      state.writableEnded = true;
    },
  };
  return { state, response: response as never };
}

test('a client that does not read is cut off when a megabyte waits for it', async () => {
  const hub = new FeedHub(world.context);
  const { state, response } = deafResponse();
  const client = new FeedClient(response, { id: 'officer', tokenHash: 'none' }, null);
  await hub.join(client, null);
  const text = 'x'.repeat(1000);
  for (let seq = 1; !state.destroyed; seq++) {
    client.send([{ seq, gridId: null, personId: null, text }]);
    expect(seq).toBeLessThan(1100);
  }
  expect(state.written).toBeGreaterThan(1024 * 1024);
  const written = state.written;
  client.send([{ seq: 10_000, gridId: null, personId: null, text }]);
  expect(state.written).toBe(written);
  hub.close();
});

test('at a heartbeat a connection whose session has ended is closed, and the others hear that we are there', async () => {
  const hub = new FeedHub(world.context);
  const session = (who: string) =>
    world.store.selectFrom('session').select('tokenHash').where('personId', '=', who).executeTakeFirstOrThrow();
  const clients = new Map<string, ReturnType<typeof deafResponse>>();
  for (const who of ['officer', 'worker']) {
    const deaf = deafResponse();
    clients.set(who, deaf);
    const { tokenHash } = await session(who);
    await hub.join(new FeedClient(deaf.response, { id: who, tokenHash }, null), await feedEnd(world.store));
  }
  await world.store.updateTable('person').set({ active: 0 }).where('id', '=', 'worker').execute();
  await hub.heartbeat();
  expect(clients.get('worker')!.state.writableEnded).toBe(true);
  expect(clients.get('officer')!.state).toMatchObject({ writableEnded: false, written: ': here\n\n'.length });
  hub.close();
  expect(clients.get('officer')!.state.writableEnded).toBe(true);
});

test('the feed needs a session, and ends when the server does', async () => {
  expect((await fetch(`${world.url}/api/v1/feed`)).status).toBe(401);
  const own = await openWorld();
  const officer = await listen(own, 'officer');
  await own.close();
  await officer.ended;
  expect(officer.received).toEqual([]);
});
