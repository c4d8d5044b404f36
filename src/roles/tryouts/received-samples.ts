import { type DecodeLimits, decode } from '../../devices/decode.ts';
import { entryTime } from '../../journal/entry-time.ts';
import type { JournalReader } from '../../journal/port.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { Sample } from '../../model/sample.ts';
import { TocsinError } from '../../shared/errors.ts';

/** Entries read at once: between two reads a backtest can be ended. */
const entriesAtOnce = 2_000;

export interface ReceivedSpan {
  /** The devices, by id, with the type by which each is decoded. */
  typeOf: ReadonlyMap<string, DeviceType>;
  /** Received time: inclusive, exclusive. Milliseconds. What was measured before is left out as well. */
  from: number;
  to: number;
}

/** When the first entry came in that the journal still has, milliseconds since the epoch; null when it has none. */
export async function journalSince(reader: JournalReader): Promise<number | null> {
  if (reader.start() >= reader.end()) return null;
  const [first] = await reader.read(reader.start(), 1, 0, new AbortController().signal);
  return first ? entryTime(first.entry) : null;
}

/**
 * The samples of some devices as they came in, in their order: decoded from the frames that the journal still has, by the
 * device type as it is now. What is wrong in a frame is left out, as it was then.
 */
export async function* receivedSamples(
  { typeOf, from, to }: ReceivedSpan,
  reader: JournalReader,
  limits: DecodeLimits,
): AsyncGenerator<{ samples: Sample[]; until: number }> {
  const end = reader.end();
  let offset = await reader.offsetAt(from);
  let until = from;
  while (offset < end && until < to) {
    const entries = await readKept(reader, offset);
    const samples: Sample[] = [];
    for (const { entry } of entries) {
      until = Math.max(until, entryTime(entry));
      const type = entry.kind === 'frame' ? typeOf.get(entry.frame.deviceId) : undefined;
      if (entry.kind !== 'frame' || !type) continue;
      const { receivedAt } = entry.frame;
      if (receivedAt < from || receivedAt >= to) continue;
      for (const sample of decode(type, entry.frame, limits).samples)
        if (sample.measuredAt >= from) samples.push(sample);
    }
    yield { samples, until };
    const last = entries.at(-1);
    if (!last) return;
    offset = last.offset + 1;
  }
}

/** What was trimmed since it was asked for is left out. */
async function readKept(reader: JournalReader, offset: number) {
  const read = (from: number) => reader.read(from, entriesAtOnce, 0, new AbortController().signal);
  try {
    return await read(offset);
  } catch (error) {
    if (!(error instanceof TocsinError) || error.code !== 'JOURNAL_TRIMMED') throw error;
    return await read(reader.start());
  }
}
