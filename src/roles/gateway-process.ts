import { Socket } from 'node:net';
import { loadDeviceTypes } from '../devices/registry.ts';
import { prepareDoors } from '../ingest/door-parts.ts';
import { withInternal } from '../ingest/internal-devices.ts';
import { devicesOfStore } from '../ingest/known-devices.ts';
import { openMqttDoor } from '../ingest/mqtt-door.ts';
import { RemoteWriter } from '../journal/remote-writer.ts';
import { dataFiles } from '../settings/data-files.ts';
import { pipeFile, serveParent } from '../shared/child-process.ts';
import { steadyClock, systemClock } from '../shared/clock.ts';
import { forwardClock } from '../shared/forward-clock.ts';
import { createLogger } from '../shared/logger.ts';
import { wrongBeyondMs } from '../shared/wrong-beyond.ts';
import { openStore } from '../store/open.ts';
import type { GatewayFunctions, GatewayHostFunctions, GatewayStart } from './gateway-messages.ts';

const BEAT_MS = 1000;

/** An MQTT door in a process of its own: devices → MQTT → the main process's journal → PUBACK. */
const opening = Promise.withResolvers<Awaited<ReturnType<typeof open>>>();

const host = serveParent<GatewayFunctions, GatewayHostFunctions>({
  async open(start) {
    opening.resolve(await open(start));
    const { door } = await opening.promise;
    setInterval(() => host.beat.asEvent(door.troubles()), BEAT_MS);
    return door.ports;
  },
  sendCommand: async (deviceId, command) => (await opening.promise).door.sendCommand(deviceId, command),
  async devicesChanged(ids) {
    const { door, shared } = await opening.promise;
    await door.devicesChanged(await shared.devices.reload(ids));
  },
  isConnected: async (deviceId) => (await opening.promise).door.isConnected(deviceId),
  metrics: async () => (await opening.promise).shared.metrics.registry.getMetricsAsJSON(),
  leave: async (clients) => (await opening.promise).door.leave(clients),
  close: async () => (await opening.promise).door.close(),
});

async function open({ settings, partitions, internal }: GatewayStart) {
  const pipe = new Socket({ fd: pipeFile });
  // Without the journal nothing may be acknowledged, and devices must find another door.
  for (const event of ['end', 'error', 'close']) pipe.on(event, () => process.exit(1));
  const shared = await prepareDoors({
    settings,
    devices: withInternal(devicesOfStore(await openStore(dataFiles(settings).store)), internal),
    journal: new RemoteWriter(pipe, partitions),
    deviceTypes: loadDeviceTypes(settings.devicesDir).types,
    clock: forwardClock(systemClock, steadyClock, wrongBeyondMs(settings.intake.maxFuture)),
    log: createLogger(settings.log.level, settings.log.format).child({ gateway: process.pid }),
  });
  const door = await openMqttDoor(shared, (clients) => host.arrived(clients));
  return { door, shared };
}
