import { type Disk, fileDisk } from '../../../src/journal/disk.ts';
import { Harness, someDevice, type TestDevice } from '../harness.ts';

/** What is fuzzed, a process of its own, so that memory and crashes are its own too. Started with `--expose-gc`. */
export interface TargetReady {
  port: number;
  /** Devices to be misused. */
  devices: TestDevice[];
  /** One that behaves. */
  good: TestDevice;
}

/** After a full collection, bytes. */
export interface TargetState {
  heap: number;
  buffers: number;
  rss: number;
  connections: number;
  frames: number;
  /** Whatever escaped. */
  errors: string[];
}

const errors: string[] = [];
process.on('uncaughtException', (error) => errors.push(error.stack ?? String(error)));
process.on('unhandledRejection', (reason) =>
  errors.push(`rejection: ${reason instanceof Error ? reason.stack : reason}`),
);

// What is durable is not asked here, and a slow disk would only make the fuzzer wait.
const disk: Disk = { ...fileDisk, sync: (_fd, done) => setImmediate(done, null) };
const h = await Harness.start({ disk, mqtt: { connectionRate: 1e6 }, intake: { ratePerDevice: 'off' } });
const devices = Array.from({ length: 24 }, (_, index) => someDevice(`f${index}`));
h.devices = [h.a, ...devices];
await h.devicesChanged();
// Commands meet whatever the devices claim to have received.
let turn = 0;
const commanding = setInterval(() => {
  const { id } = devices[turn++ % devices.length]!;
  h.gateway.sendCommand(id, { command: 'show', arguments: {} }).catch(() => {});
}, 2);

process.on('message', async (request: 'state' | 'stop') => {
  if (request === 'stop') {
    clearInterval(commanding);
    await h.stop();
    process.disconnect();
    return;
  }
  // Once more for what the first collection has set free.
  globalThis.gc!();
  await new Promise((resolve) => setTimeout(resolve, 50));
  globalThis.gc!();
  const { heapUsed: heap, arrayBuffers: buffers, rss } = process.memoryUsage();
  const state: TargetState = {
    heap,
    buffers,
    rss,
    connections: await counted('tocsin_mqtt_connections'),
    frames: await counted('tocsin_frames_total'),
    errors,
  };
  process.send!(state);
});

async function counted(name: string): Promise<number> {
  const metric = (await h.gateway.registry.getMetricsAsJSON()).find((one) => one.name === name);
  return (metric?.values ?? []).reduce((sum, { value }) => sum + Number(value), 0);
}

const ready: TargetReady = { port: h.gateway.ports.mqtt, devices, good: h.a };
process.send!(ready);
