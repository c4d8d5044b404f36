import type { Registry } from 'prom-client';
import type { JournalAppender } from '../journal/port.ts';
import type { SystemTrouble } from '../model/system-alarm.ts';
import type { Clock } from '../shared/clock.ts';
import { type Metrics, mergeMetrics } from '../shared/metrics.ts';
import type { SendCommand } from './commands.ts';
import { type DoorSources, prepareDoors } from './door-parts.ts';
import { type AcceptHttp, httpIntake } from './http-intake.ts';
import type { Ports } from './listeners.ts';
import { type OpenDoor, openMqttDoor } from './mqtt-door.ts';

const TICK_MS = 1000;

export interface GatewayParts extends DoorSources {
  /** Opens the MQTT listeners: in this process when left out. */
  openDoor?: OpenDoor;
}

/** The door: everything that devices send comes in here, and everything they are sent goes out here. */
export interface Gateway {
  acceptHttp: AcceptHttp;
  sendCommand: SendCommand;
  /** Reads these devices again, and disconnects those that were disabled, removed or given another secret. */
  devicesChanged(ids: readonly string[]): Promise<void>;
  /** Whether a device is signed in over MQTT. */
  isConnected(deviceId: string): Promise<boolean>;
  ports: Ports;
  /** This process's own metrics. */
  registry: Registry;
  /** Those of all processes that devices come in at. */
  metrics(): Promise<Metrics>;
  /** What is wrong with it, for as long as it is. */
  troubles(): SystemTrouble[];
  /** Ends every connection and listener; what was not acknowledged by then is sent again by its device. */
  close(): Promise<void>;
}

/**
 * Starts the MQTT listeners and the ticks. Rejects when a port is taken or a certificate cannot be read.
 */
export async function startGateway(parts: GatewayParts): Promise<Gateway> {
  const { openDoor = openMqttDoor, ...sources } = parts;
  const shared = await prepareDoors(sources);
  const { settings, journal, devices, metrics, clock } = shared;
  const door = await openDoor(shared);
  const stopTicks = startTicks(journal, clock);

  return {
    acceptHttp: httpIntake({ ...shared, intake: settings.intake }),
    sendCommand: door.sendCommand,
    async devicesChanged(ids) {
      await door.devicesChanged(await devices.reload(ids));
    },
    isConnected: door.isConnected,
    ports: door.ports,
    registry: metrics.registry,
    async metrics() {
      const own = () => metrics.registry.getMetricsAsJSON();
      const merged = await mergeMetrics([own, ...door.metricsElsewhere()]);
      return await merged.getMetricsAsJSON();
    },
    troubles: door.troubles,
    async close() {
      stopTicks();
      await door.close();
    },
  };
}

/** Appends the time to every partition, at once and then every second. A tick that the journal does not take is lost. */
function startTicks(journal: JournalAppender, clock: Clock): () => void {
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
