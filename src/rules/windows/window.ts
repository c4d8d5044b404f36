import type { ChannelLog } from '../channel-log.ts';
import { asDecimal } from '../exact.ts';
import type { RuleWindow, WindowQuestion } from '../language/context.ts';
import { Area } from './area.ts';
import { Band } from './band.ts';
import { Extreme } from './extreme.ts';
import { LazyPart } from './lazy-part.ts';
import { Line } from './line.ts';
import { newestTime, type WindowMemory, type WindowPlan } from './memory.ts';
import type { WindowPart } from './part.ts';
import { Ranked } from './ranked.ts';
import { Total } from './total.ts';

/** What each question goes by; where it is missing the log is enough. */
const partOf = {
  avg: 'area',
  sum: 'total',
  count: 'total',
  min: 'least',
  max: 'greatest',
  percentile: 'ranked',
  slope: 'line',
  fit: 'line',
  delta: null,
  rate: null,
} as const;

/** Share of the span over which readings must reach back without a gap: what is usual or extreme needs all of it. */
const wholly = 1;
/** A change can be told from less. */
const mostly = 0.5;

/**
 * The readings of one channel within the last `spanMs` of measured time, for all devices with the same rules: what it
 * knows of one lies in a `WindowMemory`. It is a cursor over the channel's log; each part takes in what has come, and lets
 * go of what has left, when it is asked. It knows how far back it has evidence without a gap, so that a mean over ten
 * minutes is not taken from one reading.
 */
export class Window implements RuleWindow {
  readonly channel: number;
  readonly spanMs: number;
  readonly maxGapMs: number;
  readonly #plan: WindowPlan;
  /** Where the measured time of the first reading after the last gap is. */
  readonly #since: number;
  readonly #band: Band;
  /** These look at readings after the edge only. */
  #area: LazyPart<Area> | null = null;
  #total: LazyPart<Total> | null = null;
  /** These also at one exactly at it. */
  #least: LazyPart<Extreme> | null = null;
  #greatest: LazyPart<Extreme> | null = null;
  #ranked: LazyPart<Ranked> | null = null;
  /** This at none before a gap. */
  #line: LazyPart<Line> | null = null;
  readonly #parts: LazyPart<WindowPart>[] = [];

  constructor(channel: number, spanMs: number, maxGapMs: number, plan: WindowPlan) {
    this.channel = channel;
    this.spanMs = spanMs;
    this.maxGapMs = maxGapMs;
    this.#plan = plan;
    this.#since = plan.take(Number.NaN);
    this.#band = new Band(spanMs, plan);
  }

  keepFor(question: WindowQuestion): void {
    const plan = this.#plan.parts;
    switch (partOf[question]) {
      case 'area':
        this.#area ??= this.#lazy(new Area(plan), false);
        break;
      case 'total':
        this.#total ??= this.#lazy(new Total(plan), false);
        this.#band.keepCount(this.#plan);
        break;
      case 'least':
        this.#least ??= this.#lazy(new Extreme(plan, -1), true);
        break;
      case 'greatest':
        this.#greatest ??= this.#lazy(new Extreme(plan, 1), true);
        break;
      case 'ranked':
        this.#ranked ??= this.#lazy(new Ranked(plan), true);
        break;
      case 'line':
        this.#line ??= this.#lazy(new Line(plan), true);
        break;
      case null:
    }
  }

  #lazy<Part extends WindowPart>(part: Part, withEdge: boolean): LazyPart<Part> {
    const lazy = new LazyPart(part, withEdge, this.#plan.parts);
    this.#parts.push(lazy);
    return lazy;
  }

  /**
   * A reading has come that is newer than all others.
   * @param sinceLast how long after the one before it was measured; infinite when there was none.
   */
  step(memory: WindowMemory, at: number, value: number, sinceLast: number): void {
    if (!(sinceLast <= this.maxGapMs)) memory.cells[this.#since] = at;
    this.#band.take(memory, at, value);
  }

  /** So many readings were forgotten at the log's beginning, none of which is within the window. */
  shift(memory: WindowMemory, dropped: number): void {
    for (const part of this.#parts) part.shift(memory, dropped);
  }

  /** Looks at the log anew, when it has changed otherwise than at its end. */
  rebuild(memory: WindowMemory, log: ChannelLog): void {
    let first = Math.max(0, log.length - 1);
    const edge = this.#edge(memory);
    // Further back than the edge it makes no difference.
    while (first > 0 && log.timeAt(first) > edge && log.beginAt(first) - log.timeAt(first - 1) <= this.maxGapMs)
      first--;
    memory.cells[this.#since] = log.length === 0 ? Number.NaN : log.beginAt(first);
    this.#band.rebuild(memory, log);
    if (memory.partCells) for (const part of this.#parts) part.forget(memory);
  }

  /** Measured time at which the window begins: it ends at the newest reading. */
  #edge(memory: WindowMemory): number {
    return newestTime(memory, this.channel) - this.spanMs;
  }

  /** Whether the readings reach back over `share` of the span without a gap. */
  #covers(memory: WindowMemory, share: number): boolean {
    return newestTime(memory, this.channel) - memory.cells[this.#since]! >= this.spanMs * share;
  }

  low(memory: WindowMemory): number {
    return this.#band.low(memory);
  }

  high(memory: WindowMemory): number {
    return this.#band.high(memory);
  }

  most(memory: WindowMemory): number {
    return this.#band.most(memory);
  }

  /** The oldest and the newest reading of a change without a gap lie at least so far apart; less what merging takes away. */
  get leastApartMs(): number {
    return 0.9 * Math.min(mostly * this.spanMs, this.spanMs - this.maxGapMs);
  }

  avg(memory: WindowMemory): number {
    if (!this.#covers(memory, wholly)) return Number.NaN;
    const log = memory.log(this.channel);
    const edge = this.#edge(memory);
    const area = this.#area!.upToDate(memory, log, edge);
    return area.mean(memory, log, this.#area!.oldest(memory), edge, this.spanMs);
  }

  sum(memory: WindowMemory, now: number): number {
    const log = memory.log(this.channel);
    if (log.length === 0) return Number.NaN;
    const total = this.#total!.upToDate(memory, log, this.#edge(memory));
    const oldest = this.#total!.oldest(memory);
    const from = this.#fromUntil(log, oldest, now);
    if (from === log.length) return now - log.timeAt(from - 1) <= this.maxGapMs ? 0 : Number.NaN;
    return total.sum(memory, log, oldest, from);
  }

  isWhole(memory: WindowMemory, now: number): boolean {
    const newest = newestTime(memory, this.channel);
    return now - newest <= this.maxGapMs && now - memory.cells[this.#since]! >= this.spanMs;
  }

  count(memory: WindowMemory, now: number): number {
    const log = memory.log(this.channel);
    if (log.length === 0) return 0;
    const total = this.#total!.upToDate(memory, log, this.#edge(memory));
    const oldest = this.#total!.oldest(memory);
    return total.count(memory, log, oldest, this.#fromUntil(log, oldest, now));
  }

  /**
   * Position of the oldest reading after the edge of a window that ends now; the length when there is none. The reading at
   * the far edge is the end of the window before.
   */
  #fromUntil(log: ChannelLog, oldest: number, now: number): number {
    const edge = now - this.spanMs;
    let from = oldest;
    while (from < log.length && log.timeAt(from) <= edge) from++;
    return from;
  }

  min(memory: WindowMemory): number {
    return this.#covers(memory, wholly) ? this.#extreme(memory, this.#least!) : Number.NaN;
  }

  max(memory: WindowMemory): number {
    return this.#covers(memory, wholly) ? this.#extreme(memory, this.#greatest!) : Number.NaN;
  }

  percentile(memory: WindowMemory, share: number): number {
    if (!this.#covers(memory, wholly)) return Number.NaN;
    return this.#ranked!.upToDate(memory, memory.log(this.channel), this.#edge(memory)).percentile(memory, share);
  }

  #extreme(memory: WindowMemory, part: LazyPart<Extreme>): number {
    return part.upToDate(memory, memory.log(this.channel), this.#edge(memory)).value(memory);
  }

  delta(memory: WindowMemory): number {
    if (!this.#covers(memory, mostly)) return Number.NaN;
    const log = memory.log(this.channel);
    const newest = log.valueAt(log.length - 1);
    const oldest = log.valueAt(this.#first(memory, log));
    return asDecimal(newest - oldest, Math.max(Math.abs(newest), Math.abs(oldest)));
  }

  rate(memory: WindowMemory): number {
    const delta = this.delta(memory);
    if (Number.isNaN(delta)) return delta;
    const log = memory.log(this.channel);
    return (delta * 1000) / (log.timeAt(log.length - 1) - log.timeAt(this.#first(memory, log)));
  }

  /** The oldest reading in the window that no gap separates from the newest. */
  #first(memory: WindowMemory, log: ChannelLog): number {
    const atEdge = log.positionOf(this.#edge(memory));
    const since = memory.cells[this.#since]!;
    return log.beginAt(atEdge) >= since ? atEdge : log.positionOf(since);
  }

  slope(memory: WindowMemory): number {
    if (!this.#covers(memory, mostly)) return Number.NaN;
    return this.#lineSinceGap(memory).slope(memory);
  }

  fit(memory: WindowMemory): number {
    if (!this.#covers(memory, mostly)) return Number.NaN;
    return this.#lineSinceGap(memory).fit(memory);
  }

  #lineSinceGap(memory: WindowMemory): Line {
    const from = Math.max(this.#edge(memory), memory.cells[this.#since]!);
    return this.#line!.upToDate(memory, memory.log(this.channel), from);
  }
}
