import { escape as escaped } from '@influxdata/influxdb-client';
import { measurement } from './line-protocol.ts';
import type { RangeQuery } from './port.ts';

/**
 * InfluxQL, since every InfluxDB from 1.6 to 3 reads it. One statement a query: InfluxDB 3 takes no more.
 * A channel may have the name of a tag, so fields are marked as such.
 */

/** What is kept of 5 minutes: tags `device`, `type` and `channel`; fields `sum`, `min`, `max` and `count`. */
export const downsampledMeasurement = 'reading_5m';
/** Its field `since` says from when on readings have been downsampled, milliseconds since the epoch. */
export const downsamplingMeasurement = 'tocsin_downsampling';

const field = (name: string) => `${escaped.quoted(name)}::field`;
const table = escaped.quoted(measurement);

/** A string literal; unlike an identifier it stands in single quotes. */
function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

function whole(number: number): number {
  if (!Number.isSafeInteger(number)) throw new RangeError(`${number} is not a whole number of milliseconds.`);
  return number;
}

function between(from: number, to: number): string {
  return `time >= ${whole(from)}ms AND time < ${whole(to)}ms`;
}

/** Rows: time, sum, min, max, count. Steps of `time()` start at multiples of the step since the epoch. */
export function rangeStatement({ deviceId, channel, from, to, stepMs }: RangeQuery): string {
  const value = field(channel);
  return (
    `SELECT SUM(${value}), MIN(${value}), MAX(${value}), COUNT(${value}) FROM ${table} ` +
    `WHERE "device"::tag = ${literal(deviceId)} AND ${between(from, to)} ` +
    `GROUP BY time(${whole(stepMs)}ms) fill(none)`
  );
}

/** The same of what was downsampled. */
export function downsampledRangeStatement({ deviceId, channel, from, to, stepMs }: RangeQuery): string {
  return (
    `SELECT SUM("sum"), MIN("min"), MAX("max"), SUM("count") FROM ${downsampledMeasurement} ` +
    `WHERE "device" = ${literal(deviceId)} AND "channel" = ${literal(channel)} AND ${between(from, to)} ` +
    `GROUP BY time(${whole(stepMs)}ms) fill(none)`
  );
}

/** A series a device and type, with a row a moment: time, and each channel. */
export function readingsStatement(devices: readonly string[], from: number, to: number): string {
  const any = devices.map((id) => `"device"::tag = ${literal(id)}`).join(' OR ');
  return `SELECT *::field FROM ${table} WHERE ${between(from, to)} AND (${any}) GROUP BY "device", "type"`;
}

/** A series a type, with a row a window: time, and `sum_…`, `min_…`, `max_…`, `count_…` of each channel. */
export function totalsStatement(device: string, from: number, to: number, windowMs: number): string {
  return (
    `SELECT SUM(*), MIN(*), MAX(*), COUNT(*) FROM ${table} ` +
    `WHERE ${between(from, to)} AND "device"::tag = ${literal(device)} ` +
    `GROUP BY time(${whole(windowMs)}ms), "device", "type" fill(none)`
  );
}

/** Rows: `device`, id. InfluxDB 1.x leaves the time out of account and names every device that it has. */
export function devicesStatement(from: number, to: number): string {
  return `SHOW TAG VALUES FROM ${table} WITH KEY = "device" WHERE ${between(from, to)}`;
}

/** One row: time, since. */
export const sinceStatement = `SELECT LAST("since") FROM "${downsamplingMeasurement}"`;

/** One row: time, value. */
export function latestStatement(deviceId: string, channel: string): string {
  return `SELECT LAST(${field(channel)}) FROM ${table} WHERE "device"::tag = ${literal(deviceId)}`;
}

export const showDatabases = 'SHOW DATABASES';

/** Only for InfluxDB 1.x, as all that follows. Null keeps for ever. */
export function createDatabase(name: string, retentionMs: number | null): string {
  return `CREATE DATABASE ${escaped.quoted(name)}${retentionMs === null ? '' : ` WITH ${duration(retentionMs)}`}`;
}

/** Rows: name, duration, shardGroupDuration, replicaN, default. */
export function showRetention(database: string): string {
  return `SHOW RETENTION POLICIES ON ${escaped.quoted(database)}`;
}

export function alterRetention(database: string, policy: string, retentionMs: number): string {
  return `ALTER RETENTION POLICY ${escaped.quoted(policy)} ON ${escaped.quoted(database)} ${duration(retentionMs)}`;
}

const hour = 3_600_000;
const day = 24 * hour;

/** A retention and the length of a shard that InfluxDB itself would choose for it; data go away by shards. */
function duration(retentionMs: number): string {
  const shardMs = retentionMs < 2 * day ? hour : retentionMs <= 183 * day ? day : 7 * day;
  // Seconds and at least an hour is what it takes.
  const seconds = Math.max(3600, Math.ceil(retentionMs / 1000));
  return `DURATION ${seconds}s SHARD DURATION ${shardMs / 1000}s`;
}
