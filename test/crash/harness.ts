import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import { dataFiles } from '../../src/settings/data-files.ts';
import { Settings } from '../../src/settings/schema.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { openStore } from '../../src/store/open.ts';
import { createEmbeddedTelemetry } from '../../src/telemetry/embedded.ts';
import { randomFrom } from '../support/random.ts';
import { TocsinProcess } from '../support/tocsin-process.ts';
import { CrashFleet } from './fleet.ts';
import { readJournal, storedLedger, uninterruptedLedger } from './ledger.ts';
import { type Receiver, startReceiver } from './receiver.ts';

export interface CrashOptions {
  rounds: number;
  /** The same seed kills at the same moments. */
  seed: number;
  devices?: number;
  perSecond?: number;
  /** Is told how it goes, a line a round. */
  say?: (line: string) => void;
}

export interface CrashReport {
  acknowledged: number;
  alarms: number;
  transitions: number;
  /** Messages that the endpoint got more than once, always with the same key. */
  repeated: number;
  /** What is wrong, a sentence each; none when every promise was kept. */
  problems: string[];
}

/** A round takes less than this, on a slow machine too. */
const secondsPerRound = 12;

/**
 * Kills the real process again and again while devices send, then compares what is there with what was acknowledged
 * and with a run over the same frames that nothing interrupted.
 */
export async function crash(options: CrashOptions): Promise<CrashReport> {
  const { rounds, seed, devices: count = 40, perSecond = 2_000, say = () => {} } = options;
  const random = randomFrom(seed);
  const receiver = await startReceiver();
  const tocsin = await TocsinProcess.start({
    TOCSIN_NOTIFY_WEBHOOK_URL: receiver.url,
    TOCSIN_RULES_CHECKPOINT_EVERY: '1 s',
    // The ledgers that are compared are the town's.
    TOCSIN_WATCH_CANARY_EVERY: '0 s',
    // Devices here measure in a month that is long over, and people are called all the same.
    TOCSIN_ALARMS_CALL_WITHIN: '60 d',
    // Small, so that kills meet new segments too.
    TOCSIN_JOURNAL_SEGMENT_BYTES: '1000000',
  });
  await tocsin.makeAreas();
  const devices = await tocsin.makeDevices('flood-gauge', count);
  const forSeconds = 30 + rounds * secondsPerRound;
  const fleet = new CrashFleet({ mqttPort: tocsin.mqttPort, devices, perSecond, forSeconds });
  try {
    await fleet.connected();
    fleet.start();
    for (let round = 1; round <= rounds; round++) say(`round ${round}: killed ${await killAtRandom(tocsin, random)}`);
    await fleet.connected();
    await sleep(1_000);
    // What came while it stopped would be in the journal alone until the next start, which does not come.
    await fleet.close();
    await settled(tocsin);
    await tocsin.stop();
    return await compare(tocsin, fleet, devices, receiver);
  } finally {
    await fleet.close();
    await tocsin.remove();
    receiver.close();
  }
}

/** Kills it while it runs, stops or starts, and starts it again. */
async function killAtRandom(tocsin: TocsinProcess, random: () => number): Promise<string> {
  const moment = random();
  if (moment < 0.2) {
    const afterMs = Math.floor(random() * 1_500);
    await tocsin.kill();
    await tocsin.killWhileStarting(afterMs);
    await tocsin.run();
    return `after ${afterMs} ms of starting`;
  }
  const runningMs = Math.floor(200 + random() * 2_000);
  await sleep(runningMs);
  const stopping = moment < 0.4;
  if (stopping) await tocsin.killWhileStopping(Math.floor(random() * 60));
  else await tocsin.kill();
  await tocsin.run();
  return `${stopping ? 'while it stopped, ' : ''}after ${runningMs} ms of running`;
}

/** Waits until both consumers have read everything and every notification is out. */
async function settled(tocsin: TocsinProcess): Promise<void> {
  const lags = ['tocsin_engine_lag_entries', 'tocsin_telemetry_lag_entries'];
  for (let i = 0; i < 600; i++) {
    const metrics = await tocsin.metrics();
    if (lags.every((lag) => metrics[lag] === 0) && (await waitingNotifications(tocsin)) === 0) return;
    await sleep(100);
  }
  throw new Error(`it did not catch up; its log says:\n${tocsin.log.slice(-4_000)}`);
}

async function waitingNotifications(tocsin: TocsinProcess): Promise<number> {
  const store = await openStore(dataFiles(tocsin).store);
  const rows = await store.selectFrom('outbox').select('id').where('state', '!=', 'delivered').execute();
  await store.destroy();
  return rows.length;
}

async function compare(
  tocsin: TocsinProcess,
  fleet: CrashFleet,
  devices: readonly { id: string }[],
  receiver: Receiver,
): Promise<CrashReport> {
  const problems: string[] = [];
  const acknowledged = await compareTelemetry(tocsin, fleet, devices, problems);

  const store = await openStore(dataFiles(tocsin).store);
  const checkpoint = store.selectFrom('checkpoint').select('offset').where('consumer', '=', 'rules');
  const { offset } = await checkpoint.executeTakeFirstOrThrow();
  const rows = await store.selectFrom('device').selectAll().execute();
  const expected = uninterruptedLedger(await readJournal(tocsin.dataDir, offset), rows);
  const stored = await storedLedger(store);
  if (!isDeepStrictEqual(stored, expected)) {
    const wrong = expected.find((story, i) => !isDeepStrictEqual(story, stored[i]));
    problems.push(
      `the ledger has ${stored.length} alarms, an uninterrupted run ${expected.length}; the first that differs is ${JSON.stringify(wrong)}, stored ${JSON.stringify(stored.find((story) => story.id === wrong?.id))}`,
    );
  }
  const cases = (await store.selectFrom('workCase').select('alarmId').execute()).map((row) => row.alarmId).sort();
  const alarmIds = expected.map(({ id }) => id);
  if (!isDeepStrictEqual(cases, alarmIds)) problems.push(`${cases.length} cases for ${alarmIds.length} alarms`);
  await store.destroy();

  const transitions = expected.flatMap(({ id, changes }) => changes.map((change) => `${change.split(' ')[0]} ${id}`));
  const told = [...receiver.told.values()];
  const events = told.map(({ event }) => event).filter((event) => !event.startsWith('escalated'));
  if (!isDeepStrictEqual(events.sort(), [...transitions].sort()))
    problems.push(
      `the endpoint was told of ${events.length} transitions under keys of their own, there were ${transitions.length}`,
    );
  return {
    acknowledged,
    alarms: expected.length,
    transitions: transitions.length,
    repeated: told.filter(({ times }) => times > 1).length,
    problems,
  };
}

/** Every acknowledged reading is there, once, with its value. @returns how many there were. */
async function compareTelemetry(
  tocsin: TocsinProcess,
  fleet: CrashFleet,
  devices: readonly { id: string }[],
  problems: string[],
): Promise<number> {
  const telemetry = createEmbeddedTelemetry({
    file: dataFiles(tocsin).telemetry,
    retention: Settings.parse({}).telemetry.retention,
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
  let acknowledged = 0;
  for (const [i, { id }] of devices.entries()) {
    const kept = await telemetry.range({ deviceId: id, channel: 'level', ...fleet.span(i), stepMs: 1 });
    const byTime = new Map(kept.map((bucket) => [bucket.at, bucket]));
    for (const step of fleet.acknowledged[i]!) {
      acknowledged++;
      const found = byTime.get(fleet.timeOf(step));
      if (found?.mean === fleet.levelAt(i, step) && found.count === 1) continue;
      if (problems.length < 20) problems.push(`${id} step ${step} was acknowledged and is ${JSON.stringify(found)}`);
    }
  }
  await telemetry.close();
  return acknowledged;
}
