import type { JournalAppender } from '../journal/port.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { Settings } from '../settings/schema.ts';
import { type Clock, steadyClock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { BrokerTimeouts } from './broker.ts';
import { KnownDevices, type ReadDevices } from './known-devices.ts';
import { DeviceLimits } from './limits/device-limits.ts';
import { FrameIntake } from './limits/frame-intake.ts';
import { LimitMetrics } from './limits/metrics.ts';
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
  /** Milliseconds that never jump: limits count by them. */
  steady?: Clock;
  /** Other than usual. */
  timeouts?: Partial<BrokerTimeouts> | undefined;
}

/** What all doors of a process share, MQTT and HTTP. */
export interface DoorParts extends Omit<DoorSources, 'devices'> {
  devices: KnownDevices;
  refusals: Refusals;
  metrics: IngestMetrics;
  limitMetrics: LimitMetrics;
  limits: DeviceLimits;
  frames: FrameIntake;
  steady: Clock;
}

/** Reads the devices and makes what the doors of this process share. */
export async function prepareDoors(sources: DoorSources): Promise<DoorParts> {
  const { journal, clock, settings, deviceTypes, steady = steadyClock } = sources;
  const log = sources.log.child({ room: 'ingest' });
  const devices = new KnownDevices(sources.devices);
  await devices.load();
  const metrics = new IngestMetrics(clock);
  const refusals = new Refusals(journal, metrics, clock, log);
  const limitMetrics = new LimitMetrics(metrics.registry);
  const limits = new DeviceLimits({ ratePerDevice: settings.intake.ratePerDevice, deviceTypes, steady });
  const frames = new FrameIntake({ journal, refusals, metrics, limitMetrics, steady });
  return { ...sources, log, steady, devices, metrics, limitMetrics, refusals, limits, frames };
}
