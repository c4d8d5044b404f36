import { escape as escaped } from '@influxdata/influxdb-client';
import type { Reading } from '../model/reading.ts';
import type { RefusedLine } from './isolate.ts';

/** The one measurement: tags `device` and `type`, a float field for each channel, time in milliseconds. */
export const measurement = 'reading';

export interface Lines {
  lines: string[];
  /** Readings that line protocol cannot say. */
  refused: RefusedLine[];
}

/**
 * Line protocol for readings: channels that one device measured at one moment share a line when they follow each other,
 * as they do when they come out of one frame. A point may be in two lines: InfluxDB puts them together, and of a channel
 * that is in both it keeps the later.
 *
 * Written by hand, since every reading of the town passes here: the client's `Point` took six times as long.
 */
export function toLines(readings: readonly Reading[]): Lines {
  const lines: string[] = [];
  const refused: RefusedLine[] = [];
  let line = '';
  let channels: string[] = [];
  let last: Reading | null = null;
  for (const reading of readings) {
    const { deviceId, deviceType, channel, value, measuredAt } = reading;
    const field = channel === 'time' ? null : nameOf(channel);
    const device = nameOf(deviceId);
    const type = nameOf(deviceType);
    if (field === null || device === null || type === null) {
      refused.push({ line: JSON.stringify(reading), reason: reasonFor(channel) });
      continue;
    }
    const samePoint =
      last !== null &&
      last.measuredAt === measuredAt &&
      last.deviceId === deviceId &&
      last.deviceType === deviceType &&
      !channels.includes(channel);
    if (samePoint) {
      line += `,${field}=${value}`;
      channels.push(channel);
    } else {
      if (last !== null) lines.push(`${line} ${last.measuredAt}`);
      line = `${measurement},device=${device},type=${type} ${field}=${value}`;
      channels = [channel];
    }
    last = reading;
  }
  if (last !== null) lines.push(`${line} ${last.measuredAt}`);
  return { lines, refused };
}

/** Names without a character that means anything in line protocol, as nearly all are. */
const plain = /^[\w.:-]+$/;

/** A tag's value or a field's name as line protocol writes it; null when it cannot. */
export function nameOf(name: string): string | null {
  if (plain.test(name)) return name;
  // A backslash at the end would escape the separator that follows; line breaks end a line whatever stands before.
  if (name === '' || name.endsWith('\\') || /[\r\n]/.test(name)) return null;
  return escaped.tag(name);
}

function reasonFor(channel: string): string {
  return channel === 'time'
    ? 'InfluxDB has no field of the name "time".'
    : 'A name is empty, ends with a backslash or has a line break.';
}
