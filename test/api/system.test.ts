import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SystemAlarm } from '../../src/api/contract.ts';
import { internalGridId } from '../../src/model/internal.ts';
import { addFeed } from '../../src/store/feed.ts';
import { listen } from './sse.ts';
import { openWorld, start, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const trouble: SystemAlarm = {
  id: `STORE_UNAVAILABLE/${start}`,
  code: 'STORE_UNAVAILABLE',
  severity: 'red',
  since: start,
  detail: { waitedMs: 4_000 },
};

test('whoever is signed in sees how Tocsin is, and nobody else', async () => {
  const { id, code, severity, detail, since } = trouble;
  const row = { id, code, severity, detailJson: JSON.stringify(detail), raisedAt: since, clearedAt: start + 5 };
  await world.store.insertInto('systemAlarm').values(row).execute();
  for (const who of ['officer', 'worker', 'admin']) {
    const { status, body } = await world.call(who, 'GET', '/system');
    expect(status, who).toBe(200);
    expect(body).toMatchObject({ troubles: [], canary: { state: 'well' }, parts: { store: { ok: true } } });
    expect(body.history).toEqual([{ ...trouble, clearedAt: start + 5 }]);
  }
  expect((await world.call(null, 'GET', '/system')).status).toBe(401);
});

test('what is wrong is told to open feeds at once and to new ones first; the place in the feed stays', async () => {
  const open = await listen(world, 'worker');
  world.context.liveFeed.tellSystem({ troubles: [trouble] });
  const [told] = await open.until(1);
  // Without an id: a browser goes on from the last line of the feed.
  expect(told!.id).toBeNaN();
  expect(told!.data).toMatchObject({ kind: 'system', ref: 'system', gridId: null, data: { troubles: [trouble] } });

  const later = await listen(world, 'officer');
  expect((await later.until(1))[0]!.data.data).toEqual({ troubles: [trouble] });
  world.context.liveFeed.tellSystem({ troubles: [] });
  expect((await later.until(2))[1]!.data.data).toEqual({ troubles: [] });
  expect((await open.until(2))[1]!.data.data).toEqual({ troubles: [] });

  const quiet = await listen(world, 'officer');
  await addFeed(world.store, { kind: 'device', ref: 'dev1', gridId: 'g1', at: start });
  world.feedChanged();
  expect((await quiet.until(1))[0]!.data).toMatchObject({ kind: 'device', ref: 'dev1' });
  await Promise.all([open, later, quiet].map((feed) => feed.close()));
});

test("what is Tocsin's own goes to its own listeners only", async () => {
  const officer = await listen(world, 'officer');
  const heard: string[] = [];
  const leave = await world.context.liveFeed.listen((events) => heard.push(...events.map(({ event }) => event.ref)));
  await addFeed(
    world.store,
    { kind: 'alarm', ref: 'of the canary', gridId: internalGridId, at: start },
    { kind: 'device', ref: 'dev1', gridId: 'g1', at: start },
  );
  world.feedChanged();
  expect((await officer.until(1)).map(({ data }) => data.ref)).toEqual(['dev1']);
  expect(heard).toEqual(['of the canary', 'dev1']);
  leave();
  await addFeed(world.store, { kind: 'device', ref: 'dev1', gridId: 'g1', at: start });
  world.feedChanged();
  await officer.until(2);
  expect(heard).toHaveLength(2);
  await officer.close();
});
