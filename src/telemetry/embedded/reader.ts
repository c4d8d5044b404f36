import type { Bucket, LatestValue, RangeQuery } from '../port.ts';
import { startingBetween } from './buckets.ts';
import type { FreshLog } from './fresh-log.ts';
import type { OldRows } from './old-rows.ts';
import type { PackedTables } from './packed-tables.ts';
import { between, overlay, type Readings } from './readings.ts';
import type { SeriesIds } from './series-ids.ts';
import { slotMs, slotOf } from './slot.ts';
import { Steps } from './steps.ts';

export interface ReadableParts {
  series: SeriesIds;
  packed: PackedTables;
  fresh: FreshLog;
  /** What an older file has left; null when there is none. */
  old: () => OldRows | null;
}

/** Answers from all places where a reading may be: packed, fresh, or still in an older file. */
export class Reader {
  readonly #parts: ReadableParts;

  constructor(parts: ReadableParts) {
    this.#parts = parts;
  }

  range({ deviceId, channel, from, to, stepMs }: RangeQuery): Bucket[] {
    const { packed, fresh, old } = this.#parts;
    const series = this.#parts.series.find(deviceId, channel);
    const steps = new Steps(stepMs);
    if (series === null || from >= to) return [];
    const below = old()?.range(series, from, to);
    const loose = fresh.layersOf(series).map((layer) => between(layer, from, to));
    const first = slotOf(from);
    const last = slotOf(to - 1);
    const slots = new Set(packed.slots(first, last));
    for (const { times } of [...(below ? [below] : []), ...loose]) for (const time of times) slots.add(slotOf(time));
    for (const slot of [...slots].sort((a, b) => a - b)) {
      const start = slot * slotMs;
      const inSlot = (readings: Readings) => between(readings, start, start + slotMs);
      const place = { slot, series };
      const above = loose.map(inSlot);
      const under = below ? [inSlot(below)] : [];
      const whole = from <= start && start + slotMs <= to;
      const settled = whole && Steps.canRollUp(stepMs) && isEmpty(above) && isEmpty(under) && !packed.hasParts(place);
      const rollUp = settled ? packed.rollUp(place) : null;
      if (rollUp) {
        steps.addBuckets(rollUp);
        continue;
      }
      const kept = packed.layers(place);
      const goneRaw = kept.hasBlock ? null : packed.rollUp(place);
      if (goneRaw) steps.addBuckets(startingBetween(goneRaw, from, to));
      else steps.addReadings(between(overlay([...under, ...kept.layers, ...above]), from, to));
    }
    return steps.finish();
  }

  /** The newest reading of each channel, wherever it is. */
  latest(deviceId: string, channels: readonly string[]): LatestValue[] {
    return channels.flatMap((channel) => {
      const series = this.#parts.series.find(deviceId, channel);
      const newest = series === null ? null : this.#newest(series);
      return newest ? [{ channel, value: newest.value, measuredAt: newest.at }] : [];
    });
  }

  #newest(series: number): { at: number; value: number } | null {
    const { packed, fresh, old } = this.#parts;
    let newest = old()?.newestOf(series) ?? null;
    const take = (found: { at: number; value: number } | null) => {
      if (found && !(newest && newest.at > found.at)) newest = found;
    };
    const slots = packed.slots(-Infinity, Infinity);
    for (let index = slots.length - 1; index >= 0; index--) {
      const { times, values } = overlay(packed.layers({ slot: slots[index]!, series }).layers);
      if (times.length === 0) continue;
      take({ at: times.at(-1)!, value: values.at(-1)! });
      break;
    }
    take(fresh.newestOf(series));
    return newest;
  }
}

function isEmpty(layers: readonly Readings[]): boolean {
  return layers.every(({ times }) => times.length === 0);
}
