import { Point } from '@influxdata/influxdb-client';
import type { Reading } from '../model/reading.ts';
import type { RefusedLine } from './isolate.ts';

/** The one measurement: tags `device` and `type`, a float field for each channel, time in milliseconds. */
export const measurement = 'reading';

export interface Lines {
  lines: string[];
  /** Readings that line protocol cannot say. */
  refused: RefusedLine[];
}

/** Line protocol for readings: the channels that one device measured at one moment share a line. */
export function toLines(readings: readonly Reading[]): Lines {
  const points = new Map<string, Point>();
  const refused: RefusedLine[] = [];
  for (const reading of readings) {
    const reason = unwritable(reading);
    if (reason) {
      refused.push({ line: JSON.stringify(reading), reason });
      continue;
    }
    const key = `${reading.measuredAt} ${reading.deviceId} ${reading.deviceType}`;
    let point = points.get(key);
    if (!point) {
      point = new Point(measurement).tag('device', reading.deviceId).tag('type', reading.deviceType);
      points.set(key, point.timestamp(reading.measuredAt));
    }
    point.floatField(reading.channel, reading.value);
  }
  const lines = Array.from(points.values(), (point) => point.toLineProtocol({ convertTime: String })!);
  return { lines, refused };
}

function unwritable(reading: Reading): string | null {
  const names = [reading.deviceId, reading.deviceType, reading.channel];
  // A backslash at the end would escape the separator that follows; line breaks end a line whatever stands before.
  if (names.some((name) => name === '' || name.endsWith('\\') || /[\r\n]/.test(name))) {
    return 'A name is empty, ends with a backslash or has a line break.';
  }
  if (reading.channel === 'time') return 'InfluxDB has no field of the name "time".';
  return null;
}
