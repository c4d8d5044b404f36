import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PacedJournal } from '../../../src/ingest/limits/paced-journal.ts';
import { Progress } from '../../../src/journal/progress.ts';
import { Harness, payloadOf } from '../harness.ts';
import { RawClient } from '../raw-client.ts';

const log = pino({ level: 'silent' });

let h: Harness;
let now: number;
let paced: PacedJournal;
let progress: Progress;

beforeEach(async () => {
  now = 0;
  const steady = { now: () => now };
  h = await Harness.start({
    steady,
    before: (journal) => {
      progress = new Progress(journal.progress, 0);
      paced = new PacedJournal({ journal, maxBehindMs: 2000, log, steady });
      return paced;
    },
  });
});
afterEach(async () => {
  await h.stop();
  paced.close();
});

/** The engine has not judged anything of the last seconds, and much has come in. */
async function fallBehind(): Promise<void> {
  await Promise.all(
    Array.from(
      { length: 30_000 },
      () => new Promise((resolve) => h.journal.append(0, { kind: 'tick', at: 0 }, resolve)),
    ),
  );
  // Marks are made ten times a second.
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 120));
    now += 1000;
  }
  await new Promise((resolve) => setTimeout(resolve, 120));
}

test('far behind, a frame is durable at once and acknowledged when the engine has come close enough', async () => {
  await fallBehind();
  const client = await RawClient.signIn(h.gateway.ports.mqtt, h.a);
  client.send({
    cmd: 'publish',
    topic: 'tocsin/v1/a/up',
    payload: 'x',
    qos: 1,
    messageId: 1,
    retain: false,
    dup: false,
  });
  expect(await h.entriesOnceThere(1)).toHaveLength(1);
  expect(await client.lives()).toBe(true);
  expect(client.received.filter(({ cmd }) => cmd === 'puback')).toEqual([]);
  expect(paced.waiting).toBe(1);
  progress.folded = h.journal.end(0) - 1000;
  await client.next('puback');
  expect(paced.waiting).toBe(0);
});

test('an engine that stands still holds an acknowledgement for 4 s, and people are told', async () => {
  await fallBehind();
  expect(paced.troubles()).toEqual([]);
  const client = await h.connect(h.a);
  let acknowledged = 0;
  const publish = () => client.publishAsync('tocsin/v1/a/up', 'x', { qos: 1 }).then(() => acknowledged++);
  void publish();
  await expect.poll(() => paced.waiting).toBe(1);
  now += 3000;
  void publish();
  await expect.poll(() => paced.waiting).toBe(2);
  expect(acknowledged).toBe(0);
  now += 1100;
  await expect.poll(() => acknowledged).toBe(1);
  now += 1000;
  expect(paced.troubles()).toMatchObject([{ code: 'OVERLOAD', detail: { waiting: 1 } }]);
  now += 3000;
  await expect.poll(() => acknowledged).toBe(2);
  await expect.poll(() => paced.troubles()).toEqual([]);
});

test('what waits when the service stops is not acknowledged, and is in the journal', async () => {
  await fallBehind();
  const client = await RawClient.signIn(h.gateway.ports.mqtt, h.a);
  client.send({
    cmd: 'publish',
    topic: 'tocsin/v1/a/up',
    payload: 'x',
    qos: 1,
    messageId: 1,
    retain: false,
    dup: false,
  });
  await h.entriesOnceThere(1);
  await h.gateway.close();
  await client.closed;
  expect(client.received.filter(({ cmd }) => cmd === 'puback')).toEqual([]);
  expect((await h.entries()).map(payloadOf)).toEqual(['x']);
});
