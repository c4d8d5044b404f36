import type { Command } from '../ingest/commands.ts';
import type { KnownDevice } from '../ingest/known-devices.ts';
import type { Ports } from '../ingest/listeners.ts';
import type { SessionState } from '../ingest/session.ts';
import type { ArrivedClient } from '../ingest/takeover.ts';
import type { SystemTrouble } from '../model/system-alarm.ts';
import type { Settings } from '../settings/schema.ts';
import type { Metrics } from '../shared/metrics.ts';

/** What a gateway process is started with. */
export interface GatewayStart {
  /** Those of the main process, but for the ports once they are known and for its share of the connections. */
  settings: Settings;
  /** Of the journal. */
  partitions: number;
  /** Tocsin's own devices, which are not in the store. */
  internal: KnownDevice[];
}

/** What the main process asks of a gateway process. */
export interface GatewayFunctions {
  /** Opens the door; the first thing that is asked. */
  open(start: GatewayStart): Promise<Ports>;
  sendCommand(deviceId: string, command: Command): Promise<void>;
  /** Devices in the store changed. */
  devicesChanged(ids: readonly string[]): Promise<void>;
  isConnected(deviceId: string): Promise<boolean>;
  metrics(): Promise<Metrics>;
  /** Clients have come in at another process; resolves with the sessions that this one had kept for them. */
  leave(clients: ArrivedClient[]): Promise<SessionState[]>;
  close(): Promise<void>;
}

/** What a gateway process tells the main process. */
export interface GatewayHostFunctions {
  /** Clients have come in here: resolves once they have left the other processes, with their sessions there. */
  arrived(clients: ArrivedClient[]): Promise<SessionState[]>;
  /** Once a second: that it works, and what is wrong with it. */
  beat(troubles: SystemTrouble[]): void;
}
