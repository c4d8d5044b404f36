import { escape as escaped } from '@influxdata/influxdb-client';
import { measurement } from './line-protocol.ts';
import type { RangeQuery } from './port.ts';

/**
 * InfluxQL, since every InfluxDB from 1.6 to 3 reads it. One statement a query: InfluxDB 3 takes no more.
 * A channel may have the name of a tag, so fields are marked as such.
 */

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

/** Rows: time, mean, min, max, count. Steps of `time()` start at multiples of the step since the epoch. */
export function rangeStatement({ deviceId, channel, from, to, stepMs }: RangeQuery): string {
  const value = field(channel);
  return (
    `SELECT MEAN(${value}), MIN(${value}), MAX(${value}), COUNT(${value}) FROM ${table} ` +
    `WHERE "device"::tag = ${literal(deviceId)} AND time >= ${whole(from)}ms AND time < ${whole(to)}ms ` +
    `GROUP BY time(${whole(stepMs)}ms) fill(none)`
  );
}

/** One row: time, value. */
export function latestStatement(deviceId: string, channel: string): string {
  return `SELECT LAST(${field(channel)}) FROM ${table} WHERE "device"::tag = ${literal(deviceId)}`;
}

export const showDatabases = 'SHOW DATABASES';

/** Only for InfluxDB 1.x. */
export function createDatabase(name: string): string {
  return `CREATE DATABASE ${escaped.quoted(name)}`;
}
