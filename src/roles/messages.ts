import type { Bucket, LatestValue, RangeQuery } from '../telemetry/port.ts';

/** What the main thread asks of the engine thread. */
export interface EngineFunctions {
  /** Devices, areas, people or duty changed in the store: read them again. */
  reload(): Promise<void>;
  /** Normal values of a channel at the given times; a time is left out where the baseline has not learnt enough. */
  baseline(deviceId: string, channel: string, times: number[]): Promise<NormalBand[]>;
  /** Prometheus text of this thread's own metrics. */
  metrics(): Promise<string>;
  status(): Promise<ConsumerStatus>;
  /** Finishes the batch under way, writes a checkpoint, ends. */
  stop(): Promise<void>;
}

/** What the main thread asks of the historian thread, which keeps every reading. */
export interface HistorianFunctions {
  range(query: RangeQuery): Promise<Bucket[]>;
  latest(deviceId: string, channels: string[]): Promise<LatestValue[]>;
  reload(): Promise<void>;
  metrics(): Promise<string>;
  status(): Promise<ConsumerStatus>;
  stop(): Promise<void>;
}

/** What both threads tell the main thread. */
export interface HostFunctions {
  /** Rows were added to the store's feed: consoles and flows have news. */
  feedChanged(): void;
}

export interface NormalBand {
  at: number;
  low: number;
  middle: number;
  high: number;
}

export interface ConsumerStatus {
  /** Everything below has had its effect for good: a restart goes on from here, and the journal may forget it. */
  offset: number;
  /** Offset after the last durable entry of the journal. */
  end: number;
  /** Why it does not get on, for people; null when all is well. */
  trouble: string | null;
}
