import type { Reading } from '../model/reading.ts';

/** One step of a downsampled series. */
export interface Bucket {
  /** Start of the step, milliseconds since the epoch. */
  at: number;
  mean: number;
  min: number;
  max: number;
  count: number;
}

export interface LatestValue {
  channel: string;
  value: number;
  measuredAt: number;
}

export interface RangeQuery {
  deviceId: string;
  channel: string;
  /** Measured time, inclusive. */
  from: number;
  /** Measured time, exclusive. */
  to: number;
  /** Width of a step in milliseconds; steps start at multiples of it. */
  stepMs: number;
}

/** The time-series store. Writing the same reading twice leaves one. */
export interface Telemetry {
  /** Readings that it likes to take at once when there are many; left out: whatever the writer thinks good. */
  readonly batchSize?: number;
  /** Creates what the engine needs (database, tables). Rejects with TELEMETRY_UNAVAILABLE when it cannot be reached. */
  prepare(): Promise<void>;
  /**
   * Resolves when the readings are kept by the store; rejects otherwise, and then the whole batch is tried again.
   * Values are finite and times are whole milliseconds.
   */
  write(readings: readonly Reading[]): Promise<void>;
  /**
   * Does one bounded piece of what keeps the store in shape, such as downsampling. Resolves with whether more is
   * waiting. Called while there is no backlog, never twice at once; left out by an engine that needs none.
   */
  upkeep?(): Promise<boolean>;
  /**
   * Where only the downsampled readings are left, each of their buckets of 5 minutes counts as if it were measured at
   * its start.
   */
  range(query: RangeQuery): Promise<Bucket[]>;
  /** The newest value of each channel by measured time. */
  latest(deviceId: string, channels: readonly string[]): Promise<LatestValue[]>;
  close(): Promise<void>;
}
