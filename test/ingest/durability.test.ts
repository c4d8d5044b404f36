import { afterEach, expect, test } from 'vitest';
import { type Disk, fileDisk } from '../../src/journal/disk.ts';
import { closed, Harness, payloadOf } from './harness.ts';

let h: Harness;
afterEach(() => h.stop());

test('PUBACK and the HTTP answer wait for the sync', async () => {
  const held: (() => void)[] = [];
  let holding = false;
  h = await Harness.start({
    disk: {
      ...fileDisk,
      sync: (fd, done) => (holding ? held.push(() => fileDisk.sync(fd, done)) : fileDisk.sync(fd, done)),
    },
  });
  const client = await h.connect(h.a);
  await client.publishAsync('tocsin/v1/a/up', 'before', { qos: 1 });
  holding = true;
  let acknowledged = 0;
  const publications = ['one', 'two'].map((text) =>
    client.publishAsync('tocsin/v1/a/up', text, { qos: 1 }).then(() => acknowledged++),
  );
  const overHttp = h.gateway
    .acceptHttp({ deviceId: 'b', secret: h.b.secret, payload: Buffer.from('{"level":1}') })
    .then(() => acknowledged++);
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  // A round trip over the same broker: had there been an answer, it would have come by now.
  await (await h.connect(h.b)).subscribeAsync('tocsin/v1/b/down');
  expect(acknowledged).toBe(0);
  expect((await h.entries()).map(payloadOf)).toEqual(['before']);
  holding = false;
  held.shift()!();
  await Promise.all([...publications, overHttp]);
  expect((await h.entries()).map(payloadOf).sort()).toEqual(['before', 'one', 'two', '{"level":1}'].sort());
});

test('while the disk fails messages wait on their connections, and are acknowledged when it has healed', async () => {
  const { disk, fail } = failingDisk();
  h = await Harness.start({ disk });
  const client = await h.connect(h.a);
  fail(true);
  const payload = Buffer.from('{"level":1}');
  let acknowledged = 0;
  const waiting = [
    client.publishAsync('tocsin/v1/a/up', 'precious', { qos: 1 }),
    h.gateway.acceptHttp({ deviceId: 'b', secret: h.b.secret, payload }),
  ].map((one) => one.then(() => acknowledged++));
  while (h.journal.troubles().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  // A round trip over the same broker: had there been an answer, it would have come by now.
  await (await h.connect(h.b)).subscribeAsync('tocsin/v1/b/down');
  expect(acknowledged).toBe(0);
  expect(client.connected).toBe(true);
  fail(false);
  await Promise.all(waiting);
  expect(client.connected).toBe(true);
  expect((await h.entries()).map(payloadOf).sort()).toEqual(['precious', '{"level":1}'].sort());
});

test('a disk that fails for too long gives no PUBACK; the device sends again when it has healed', async () => {
  const { disk, fail } = failingDisk();
  h = await Harness.start({ disk, patienceMs: 1 });
  const client = await h.connect(h.a, { reconnectPeriod: 20 });
  fail(true);
  let acknowledged = false;
  const publication = client.publishAsync('tocsin/v1/a/up', 'precious', { qos: 1 }).then(() => {
    acknowledged = true;
  });
  await closed(client);
  expect(acknowledged).toBe(false);
  expect(await h.refused('JOURNAL_UNAVAILABLE')).toBeGreaterThan(0);
  const overHttp = h.gateway.acceptHttp({ deviceId: 'b', secret: h.b.secret, payload: Buffer.from('{"level":1}') });
  await expect(overHttp).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE', status: 503 });
  fail(false);
  await publication;
  expect((await h.entries()).map(payloadOf)).toEqual(['precious']);
});

function failingDisk(): { disk: Disk; fail(failing: boolean): void } {
  let failing = false;
  const error = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  return {
    disk: { ...fileDisk, write: (...call) => (failing ? call[5](error, 0) : fileDisk.write(...call)) },
    fail(now) {
      failing = now;
    },
  };
}
