import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadBehaviours } from '../../simulator/behaviour.ts';
import { Fleet } from '../../simulator/fleet.ts';
import { loadScenario } from '../../simulator/scenario.ts';
import { buildTown } from '../../simulator/town.ts';

const behaviours = loadBehaviours(join(import.meta.dirname, '../../devices'));
const town = buildTown(60);
const typeOf = new Map(town.devices.map(({ id, type }) => [id, type]));
const behaviourOf = (deviceId: string) => behaviours.get(typeOf.get(deviceId)!)!;
const secrets = new Map(town.devices.map(({ id }) => [id, `secret of ${id}`]));

/** A bare broker that keeps what devices send, with the credentials that a Tocsin would want. */
let broker: Awaited<ReturnType<typeof Aedes.createBroker>>;
let url: string;
let frames: { device: string; qos: number; samples: Record<string, unknown>[]; bytes: number }[];
let close: () => Promise<void>;

beforeEach(async () => {
  frames = [];
  broker = await Aedes.createBroker({
    authenticate: (client, user, password, done) =>
      done(null, user === client.id && password?.toString() === secrets.get(client.id)),
    authorizePublish: (client, packet, done) => {
      if (!client || packet.topic !== `tocsin/v1/${client.id}/up`) return done(new Error('not its topic'));
      const body = JSON.parse(packet.payload.toString());
      frames.push({
        device: client.id,
        qos: packet.qos,
        samples: body.samples ?? [body],
        bytes: packet.payload.length,
      });
      done(null);
    },
  });
  const server = createServer(broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = async () => {
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    server.close();
  };
});
afterEach(() => close());

function fleet(options: Partial<ConstructorParameters<typeof Fleet>[0]> = {}): Fleet {
  const minute = 60_000;
  return new Fleet({
    town,
    behaviours,
    scenario: loadScenario('town'),
    mqttUrl: url,
    secrets,
    speed: 600,
    durationMs: 20 * minute,
    historyMs: 26 * 60 * minute,
    seed: 1,
    now: () => Date.now(),
    ...options,
  });
}

test('a fleet uploads its past and plays the scenario at speed, in time that never runs ahead', async () => {
  const began = Date.now();
  const it = fleet();
  await it.connect();
  await it.uploadPast();
  const past = frames.length;
  expect(new Set(frames.map(({ device }) => device)).size).toBe(60);
  const { incidents, time, finished } = it.start(new AbortController().signal);
  await finished;
  const ended = Date.now();
  await it.close();

  expect(it.counts).toMatchObject({ frames: frames.length, lost: 0 });
  expect(it.counts.samples).toBe(frames.reduce((sum, { samples }) => sum + samples.length, 0));
  expect(frames.every(({ qos, bytes }) => qos === 1 && bytes <= 65_536)).toBe(true);
  expect(frames.length).toBeGreaterThan(past + 60);

  const times = new Map<string, number[]>();
  for (const { device, samples } of frames) {
    times.set(device, [...(times.get(device) ?? []), ...samples.map((sample) => sample.time as number)]);
  }
  for (const [device, of] of times) {
    // In its order, from 26 hours before the scenario to its end, and never in the future.
    expect(of.every((at, i) => i === 0 || at > of[i - 1]!)).toBe(true);
    expect(of[0]).toBeLessThan(time.startedAt - 25 * 3_600_000);
    expect(of.at(-1)).toBeLessThanOrEqual(ended);
    // No gap in it: charts draw it as one line, and rules have evidence throughout.
    const { periodMs } = behaviourOf(device);
    expect(Math.max(...of.slice(1).map((at, i) => at - of[i]!))).toBeLessThan(3 * periodMs);
  }
  for (const { device, samples } of frames.slice(0, past)) {
    const channels = ['time', ...Object.keys(behaviourOf(device).channels)].sort();
    for (const sample of samples) expect(Object.keys(sample).sort()).toEqual(channels);
  }
  expect(time.startedAt + 20 * 60_000).toBeGreaterThan(began);

  // What the scenario injects is in what its device sent, then and only then.
  const cover = incidents.find(({ incident }) => incident.id === 'cover-opened')!;
  const opened = frames
    .filter(({ device }) => device === cover.device.id)
    .flatMap(({ samples }) => samples.filter(({ open }) => open === true).map(({ time: at }) => at as number));
  expect(opened.length).toBeGreaterThan(50);
  expect(opened[0]).toBe(cover.from);
  expect(opened.at(-1)).toBeLessThan(cover.to);
});

test('a road sign does what a command says, and reports it', async () => {
  const it = fleet({ scenario: loadScenario('quiet'), historyMs: 0 });
  await it.connect();
  const sign = town.devices.find(({ type }) => type === 'road-sign')!;
  const reported = async (command: object) => {
    const before = frames.length;
    broker.publish(
      {
        cmd: 'publish',
        topic: `tocsin/v1/${sign.id}/down`,
        payload: Buffer.from(JSON.stringify(command)),
        qos: 1,
        retain: false,
        dup: false,
      },
      () => {},
    );
    await expect.poll(() => frames.length).toBeGreaterThan(before);
    return frames.at(-1);
  };
  expect(await reported({ command: 'show', arguments: { text: '前方积水' } })).toMatchObject({
    device: sign.id,
    samples: [{ showing: true }],
  });
  expect(await reported({ command: 'clear' })).toMatchObject({ device: sign.id, samples: [{ showing: false }] });
  expect(it.counts.commands).toBe(2);
  await it.close();
});

test('a run is over when it is told so', async () => {
  const it = fleet({ speed: 1, durationMs: 3_600_000, historyMs: 0 });
  await it.connect();
  const end = new AbortController();
  const { finished } = it.start(end.signal);
  end.abort();
  await finished;
  await it.close();
});

test('a wrong secret is told with the device that has it', async () => {
  const wrong = new Map(secrets).set(town.devices[0]!.id, 'wrong');
  const it = fleet({ secrets: wrong });
  await expect(it.connect()).rejects.toThrow(new RegExp(`^${town.devices[0]!.id} cannot connect to mqtt://`));
  await it.close();
});

test('nobody there is told with the address', async () => {
  const it = fleet({ mqttUrl: 'mqtt://127.0.0.1:1' });
  await expect(it.connect()).rejects.toThrow(/cannot connect to mqtt:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
  await it.close();
});
