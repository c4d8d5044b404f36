import type { Historian } from '../../api/context.ts';
import type { DecodeLimits } from '../../devices/decode.ts';
import type { JournalReader } from '../../journal/port.ts';
import type { Device } from '../../model/device.ts';
import { type DeviceType, defaultLatenessMs } from '../../model/device-type.ts';
import type { Sample } from '../../model/sample.ts';
import { keptSamples } from './kept-samples.ts';
import { journalSince, receivedSamples } from './received-samples.ts';

/** Where the past is kept. */
export interface PastParts {
  range: Historian['range'];
  /** What came in as it came in, for as long as that is kept. */
  journal: JournalReader;
  limits: DecodeLimits;
}

export interface PastSpan {
  devices: readonly Device[];
  typeOf(device: Device): DeviceType;
  /** Measured time: inclusive, exclusive. Milliseconds. */
  from: number;
  to: number;
}

/** The past of some devices, in the order of its receipt, piece by piece; and from when on the journal tells it. */
export interface Past {
  pieces: AsyncGenerator<{ samples: Sample[]; until: number }>;
  /** Measured time, within the span. */
  journalFrom: number;
}

/** What came in, by the journal, and what the telemetry store has from before that. */
export async function pastOf(span: PastSpan, parts: PastParts): Promise<Past> {
  const { from, to } = span;
  const journalFrom = Math.min(Math.max((await journalSince(parts.journal)) ?? to, from), to);
  return { pieces: piecesOf(span, journalFrom, parts), journalFrom };
}

async function* piecesOf({ devices, typeOf, from, to }: PastSpan, journalFrom: number, parts: PastParts) {
  const channelsOf = (device: Device) => typeOf(device).channels.map((channel) => channel.name);
  yield* keptSamples({ devices, channelsOf, from, to: journalFrom }, parts.range);
  if (journalFrom >= to) return;
  const types = new Map(devices.map((device) => [device.id, typeOf(device)]));
  // What was measured before the end may have come after it; what was measured before the journal begins is kept.
  const lateness = Math.max(...Array.from(types.values(), (type) => type.latenessMs ?? defaultLatenessMs));
  yield* receivedSamples({ typeOf: types, from: journalFrom, to: to + lateness }, parts.journal, parts.limits);
}
