import type { JournalAppender } from '../journal/port.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { BrokerTimeouts } from './broker.ts';
import { KnownDevices, type ReadDevices } from './known-devices.ts';
import { IngestMetrics } from './metrics.ts';
import { Refusals } from './refusals.ts';

export interface DoorSources {
  settings: Pick<Settings, 'mqtt' | 'intake'>;
  devices: ReadDevices;
  /** Stays the caller's: close it after the doors. */
  journal: JournalAppender;
  deviceTypes: ReadonlyMap<string, DeviceType>;
  clock: Clock;
  log: Logger;
  /** Other than usual. */
  timeouts?: Partial<BrokerTimeouts> | undefined;
}

/** What all doors of a process share, MQTT and HTTP. */
export interface DoorParts extends Omit<DoorSources, 'devices'> {
  devices: KnownDevices;
  refusals: Refusals;
  metrics: IngestMetrics;
}

/** Reads the devices and makes what the doors of this process share. */
export async function prepareDoors(sources: DoorSources): Promise<DoorParts> {
  const { journal, clock } = sources;
  const log = sources.log.child({ room: 'ingest' });
  const devices = new KnownDevices(sources.devices);
  await devices.load();
  const metrics = new IngestMetrics(clock);
  const refusals = new Refusals(journal, metrics, clock, log);
  return { ...sources, log, devices, metrics, refusals };
}
