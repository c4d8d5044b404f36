import type { ChannelLog } from '../channel-log.ts';
import { asDecimal } from '../exact.ts';
import type { RuleWindow, WindowQuestion } from '../language/context.ts';
import { Area } from './area.ts';
import { Extreme } from './extreme.ts';
import { Line } from './line.ts';
import type { WindowMemory, WindowPlan } from './memory.ts';
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
 * knows of one lies in a `WindowMemory`. It is a cursor over the channel's log; what rules ask for is kept up to date as
 * readings come and go. It knows how far back it has evidence without a gap, so that a mean over ten minutes is not
 * taken from one reading.
 */
export class Window implements RuleWindow {
  readonly channel: number;
  readonly spanMs: number;
  readonly maxGapMs: number;
  readonly #plan: WindowPlan;
  /** Where the position of the oldest reading at the edge or after it is. */
  readonly #atEdge: number;
  /** Of the oldest reading after the edge. */
  readonly #afterEdge: number;
  /** Of the oldest reading that the line takes: none before a gap. */
  readonly #lineFrom: number;
  /** Where the measured time of the first reading after the last gap is. */
  readonly #since: number;
  /** These look at readings after the edge only. */
  #area: Area | null = null;
  #total: Total | null = null;
  /** These also at one exactly at it. */
  #least: Extreme | null = null;
  #greatest: Extreme | null = null;
  #ranked: Ranked | null = null;
  #line: Line | null = null;

  constructor(channel: number, spanMs: number, maxGapMs: number, plan: WindowPlan) {
    this.channel = channel;
    this.spanMs = spanMs;
    this.maxGapMs = maxGapMs;
    this.#plan = plan;
    this.#since = plan.take(Number.NaN);
    this.#atEdge = plan.take(0);
    this.#afterEdge = plan.take(0);
    this.#lineFrom = plan.take(0);
  }

  keepFor(question: WindowQuestion): void {
    const plan = this.#plan;
    switch (partOf[question]) {
      case 'area':
        this.#area ??= new Area(plan);
        break;
      case 'total':
        this.#total ??= new Total(plan);
        break;
      case 'least':
        this.#least ??= new Extreme(plan, -1);
        break;
      case 'greatest':
        this.#greatest ??= new Extreme(plan, 1);
        break;
      case 'ranked':
        this.#ranked ??= new Ranked(plan);
        break;
      case 'line':
        this.#line ??= new Line(plan);
        break;
      case null:
    }
  }

  /** The log has a new reading at its end. */
  step(memory: WindowMemory, log: ChannelLog): void {
    const newest = log.length - 1;
    const at = log.timeAt(newest);
    if (newest === 0 || at - log.timeAt(newest - 1) > this.maxGapMs) {
      memory.cells[this.#since] = at;
      this.#beginLine(memory, newest);
    }
    if (this.#area !== null) this.#area.take(memory, log, newest);
    if (this.#total !== null) this.#total.take(memory, log, newest);
    if (this.#least !== null) this.#least.take(memory, log, newest);
    if (this.#greatest !== null) this.#greatest.take(memory, log, newest);
    if (this.#ranked !== null) this.#ranked.take(memory, log, newest);
    if (this.#line !== null) this.#line.take(memory, log, newest);
    this.#leave(memory, log, at - this.spanMs);
  }

  #leave(memory: WindowMemory, log: ChannelLog, edge: number): void {
    const { cells } = memory;
    let atEdge = cells[this.#atEdge]!;
    while (log.timeAt(atEdge) < edge) {
      const position = atEdge++;
      if (this.#least !== null) this.#least.leave(memory, log, position);
      if (this.#greatest !== null) this.#greatest.leave(memory, log, position);
      if (this.#ranked !== null) this.#ranked.leave(memory, log, position);
      if (this.#line !== null && position === cells[this.#lineFrom]!) {
        this.#line.leave(memory, log, position);
        cells[this.#lineFrom] = position + 1;
      }
    }
    cells[this.#atEdge] = atEdge;
    let afterEdge = cells[this.#afterEdge]!;
    while (log.timeAt(afterEdge) <= edge) {
      const position = afterEdge++;
      if (this.#area !== null) this.#area.leave(memory, log, position);
      if (this.#total !== null) this.#total.leave(memory, log, position);
    }
    cells[this.#afterEdge] = afterEdge;
  }

  #beginLine(memory: WindowMemory, position: number): void {
    this.#line?.clear(memory);
    memory.cells[this.#lineFrom] = position;
  }

  /** So many readings were forgotten at the log's beginning, none of which is within the window. */
  shift({ cells }: WindowMemory, dropped: number): void {
    cells[this.#atEdge]! -= dropped;
    cells[this.#afterEdge]! -= dropped;
    cells[this.#lineFrom] = Math.max(0, cells[this.#lineFrom]! - dropped);
  }

  /** Looks at the log anew, when it has changed otherwise than at its end. */
  rebuild(memory: WindowMemory, log: ChannelLog): void {
    const newest = log.length - 1;
    const edge = newest < 0 ? Number.NaN : log.timeAt(newest) - this.spanMs;
    const atEdge = log.positionOf(edge);
    let afterEdge = atEdge;
    while (afterEdge < newest && log.timeAt(afterEdge) <= edge) afterEdge++;
    let first = Math.max(0, newest);
    // Further back than the edge it makes no difference.
    while (first > 0 && log.timeAt(first) > edge && log.beginAt(first) - log.timeAt(first - 1) <= this.maxGapMs)
      first--;
    const since = newest < 0 ? Number.NaN : log.beginAt(first);
    const { cells } = memory;
    cells[this.#atEdge] = atEdge;
    cells[this.#afterEdge] = afterEdge;
    cells[this.#since] = since;
    for (const part of [this.#area, this.#total]) if (part) fill(part, memory, log, afterEdge);
    for (const part of [this.#least, this.#greatest, this.#ranked]) if (part) fill(part, memory, log, atEdge);
    const lineFrom = Math.max(atEdge, log.positionOf(since));
    cells[this.#lineFrom] = lineFrom;
    if (this.#line) fill(this.#line, memory, log, lineFrom);
  }

  /** Whether the readings reach back over `share` of the span without a gap. */
  #covers({ cells }: WindowMemory, log: ChannelLog, share: number): boolean {
    return log.length > 0 && log.timeAt(log.length - 1) - cells[this.#since]! >= this.spanMs * share;
  }

  avg(memory: WindowMemory): number {
    const log = memory.logs[this.channel]!;
    if (!this.#covers(memory, log, wholly)) return Number.NaN;
    const edge = log.timeAt(log.length - 1) - this.spanMs;
    return this.#area!.mean(memory, log, memory.cells[this.#afterEdge]!, edge, this.spanMs);
  }

  sum(memory: WindowMemory, now: number): number {
    const log = memory.logs[this.channel]!;
    if (log.length === 0) return Number.NaN;
    const from = this.#fromUntil(memory, log, now);
    if (from === log.length) return now - log.timeAt(from - 1) <= this.maxGapMs ? 0 : Number.NaN;
    return this.#total!.sum(memory, log, memory.cells[this.#afterEdge]!, from);
  }

  count(memory: WindowMemory, now: number): number {
    const log = memory.logs[this.channel]!;
    return this.#total!.count(memory, log, memory.cells[this.#afterEdge]!, this.#fromUntil(memory, log, now));
  }

  /**
   * Position of the oldest reading after the edge of a window that ends now; the length when there is none. The reading at
   * the far edge is the end of the window before.
   */
  #fromUntil({ cells }: WindowMemory, log: ChannelLog, now: number): number {
    const edge = now - this.spanMs;
    let from = cells[this.#afterEdge]!;
    while (from < log.length && log.timeAt(from) <= edge) from++;
    return from;
  }

  min(memory: WindowMemory): number {
    return this.#covers(memory, memory.logs[this.channel]!, wholly) ? this.#least!.value(memory) : Number.NaN;
  }

  max(memory: WindowMemory): number {
    return this.#covers(memory, memory.logs[this.channel]!, wholly) ? this.#greatest!.value(memory) : Number.NaN;
  }

  percentile(memory: WindowMemory, share: number): number {
    const known = this.#covers(memory, memory.logs[this.channel]!, wholly);
    return known ? this.#ranked!.percentile(memory, share) : Number.NaN;
  }

  delta(memory: WindowMemory): number {
    const log = memory.logs[this.channel]!;
    if (!this.#covers(memory, log, mostly)) return Number.NaN;
    const newest = log.valueAt(log.length - 1);
    const oldest = log.valueAt(this.#first(memory, log));
    return asDecimal(newest - oldest, Math.max(Math.abs(newest), Math.abs(oldest)));
  }

  rate(memory: WindowMemory): number {
    const delta = this.delta(memory);
    if (Number.isNaN(delta)) return delta;
    const log = memory.logs[this.channel]!;
    return (delta * 1000) / (log.timeAt(log.length - 1) - log.timeAt(this.#first(memory, log)));
  }

  slope(memory: WindowMemory): number {
    return this.#covers(memory, memory.logs[this.channel]!, mostly) ? this.#line!.slope(memory) : Number.NaN;
  }

  fit(memory: WindowMemory): number {
    return this.#covers(memory, memory.logs[this.channel]!, mostly) ? this.#line!.fit(memory) : Number.NaN;
  }

  /** The oldest reading in the window that no gap separates from the newest. */
  #first({ cells }: WindowMemory, log: ChannelLog): number {
    const atEdge = cells[this.#atEdge]!;
    const since = cells[this.#since]!;
    return log.beginAt(atEdge) >= since ? atEdge : log.positionOf(since);
  }
}

/** Gives a part the readings from a position on. */
function fill(part: WindowPart, memory: WindowMemory, log: ChannelLog, from: number): void {
  part.clear(memory);
  for (let i = from; i < log.length; i++) part.take(memory, log, i);
}
