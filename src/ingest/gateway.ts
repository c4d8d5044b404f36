import type { Registry } from 'prom-client';
import type { JournalWriter } from '../journal/port.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { createBroker } from './broker.ts';
import { commandSender, type SendCommand } from './commands.ts';
import { Connections } from './connections.ts';
import { type AcceptHttp, httpIntake } from './http-intake.ts';
import { KnownDevices, type ReadDevices } from './known-devices.ts';
import { openListeners, type Ports } from './listeners.ts';
import { IngestMetrics } from './metrics.ts';
import { Refusals } from './refusals.ts';

const TICK_MS = 1000;
/** A WebSocket message is gathered as a whole, before any sign-in, and may hold several packets. */
const SMALLEST_MESSAGE_LIMIT = 128 * 1024;

export interface GatewayParts {
  settings: Pick<Settings, 'mqtt' | 'intake'>;
  devices: ReadDevices;
  /** Stays the caller's: close it after the gateway. */
  journal: JournalWriter;
  deviceTypes: ReadonlyMap<string, DeviceType>;
  clock: Clock;
  log: Logger;
}

/** The door: everything that devices send comes in here, and everything they are sent goes out here. */
export interface Gateway {
  acceptHttp: AcceptHttp;
  sendCommand: SendCommand;
  /** Reads the devices again, and disconnects those that were disabled, removed or given another secret. */
  devicesChanged(): Promise<void>;
  /** Whether a device is signed in over MQTT. */
  isConnected(deviceId: string): boolean;
  ports: Ports;
  registry: Registry;
  /** Ends every connection and listener; what was not acknowledged by then is sent again by its device. */
  close(): Promise<void>;
}

/**
 * Starts the MQTT listeners and the ticks. Rejects when a port is taken or a certificate cannot be read.
 */
export async function startGateway(parts: GatewayParts): Promise<Gateway> {
  const { settings, journal, clock } = parts;
  const { maxPayload } = settings.intake;
  const log = parts.log.child({ room: 'ingest' });
  const devices = new KnownDevices(parts.devices);
  await devices.load();
  const connections = new Connections();
  const metrics = new IngestMetrics(() => connections.size, clock);
  const refusals = new Refusals(journal, metrics, clock, log);
  const largestMessage = Math.max(SMALLEST_MESSAGE_LIMIT, 2 * maxPayload);
  const { broker, accept, close } = await createBroker({
    maxPayload,
    largestMessage,
    journal,
    devices,
    connections,
    refusals,
    metrics,
    clock,
  });
  const refused = () => metrics.refused('TOO_MANY_CONNECTIONS', 'mqtt');
  const listeners = await openListeners({ mqtt: settings.mqtt, largestMessage, accept, refused, log }).catch(
    async (error) => {
      await close();
      throw error;
    },
  );
  const stopTicks = startTicks(journal, clock);

  return {
    acceptHttp: httpIntake({ ...parts, intake: settings.intake, devices, refusals, metrics }),
    sendCommand: commandSender(broker, devices, connections),
    async devicesChanged() {
      await devices.load();
      for (const connection of [...connections.all()]) {
        const device = devices.get(connection.device.id);
        const stays = device?.state === 'active' && device.secretHash === connection.device.secretHash;
        if (stays) connection.device = device;
        else connection.client.close();
      }
    },
    isConnected: (deviceId) => connections.ofDevice(deviceId).length > 0,
    ports: listeners.ports,
    registry: metrics.registry,
    async close() {
      stopTicks();
      await close();
      await listeners.close();
    },
  };
}

/** Appends the time to every partition, at once and then every second. A tick that the journal does not take is lost. */
function startTicks(journal: JournalWriter, clock: Clock): () => void {
  const tick = () => {
    const at = clock.now();
    for (let partition = 0; partition < journal.partitions; partition++) {
      journal.append(partition, { kind: 'tick', at }, () => {});
    }
  };
  tick();
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
}
