import type { ChannelLog } from '../channel-log.ts';
import { asDecimal } from '../exact.ts';
import { Area } from './area.ts';
import { Extreme } from './extreme.ts';
import { Line } from './line.ts';
import type { WindowPart } from './part.ts';
import { Ranked } from './ranked.ts';
import { Total } from './total.ts';

/**
 * The readings of one channel within the last `spanMs` of measured time. It is a cursor over the channel's log: what
 * rules ask for is kept up to date as readings come and go, and begins to be kept when it is first asked for. It knows
 * how far back it has evidence without a gap, so that a mean over ten minutes is not taken from one reading.
 */
export class Window {
  readonly spanMs: number;
  readonly maxGapMs: number;
  readonly #log: ChannelLog;
  /** Position of the oldest reading at the edge or after it. */
  #atEdge = 0;
  /** Position of the oldest reading after the edge. */
  #afterEdge = 0;
  /** Measured time of the first reading after the last gap. */
  #since = Number.NaN;
  /** These look at readings after the edge only. */
  #area: Area | null = null;
  #total: Total | null = null;
  /** These also at one exactly at it. */
  #least: Extreme | null = null;
  #greatest: Extreme | null = null;
  #ranked: Ranked | null = null;
  #line: Line | null = null;
  /** Position of the oldest reading that the line takes: none before a gap. */
  #lineFrom = 0;

  constructor(log: ChannelLog, spanMs: number, maxGapMs: number) {
    this.#log = log;
    this.spanMs = spanMs;
    this.maxGapMs = maxGapMs;
    this.rebuild();
  }

  /** The log has a new reading at its end. */
  step(): void {
    const log = this.#log;
    const newest = log.length - 1;
    const at = log.timeAt(newest);
    if (newest === 0 || at - log.timeAt(newest - 1) > this.maxGapMs) {
      this.#since = at;
      this.#beginLine(newest);
    }
    if (this.#area !== null) this.#area.take(log, newest);
    if (this.#total !== null) this.#total.take(log, newest);
    if (this.#least !== null) this.#least.take(log, newest);
    if (this.#greatest !== null) this.#greatest.take(log, newest);
    if (this.#ranked !== null) this.#ranked.take(log, newest);
    if (this.#line !== null) this.#line.take(log, newest);
    this.#leave(at - this.spanMs);
  }

  #leave(edge: number): void {
    const log = this.#log;
    while (log.timeAt(this.#atEdge) < edge) {
      const position = this.#atEdge++;
      if (this.#least !== null) this.#least.leave(log, position);
      if (this.#greatest !== null) this.#greatest.leave(log, position);
      if (this.#ranked !== null) this.#ranked.leave(log, position);
      if (this.#line !== null && position === this.#lineFrom) this.#line.leave(log, this.#lineFrom++);
    }
    while (log.timeAt(this.#afterEdge) <= edge) {
      const position = this.#afterEdge++;
      if (this.#area !== null) this.#area.leave(log, position);
      if (this.#total !== null) this.#total.leave(log, position);
    }
  }

  #beginLine(position: number): void {
    this.#line?.clear();
    this.#lineFrom = position;
  }

  /** So many readings were forgotten at the log's beginning, none of which is within the window. */
  shift(dropped: number): void {
    this.#atEdge -= dropped;
    this.#afterEdge -= dropped;
    this.#lineFrom = Math.max(0, this.#lineFrom - dropped);
  }

  /** Looks at the log anew, when it has changed otherwise than at its end. */
  rebuild(): void {
    const log = this.#log;
    const newest = log.length - 1;
    const edge = newest < 0 ? Number.NaN : log.timeAt(newest) - this.spanMs;
    this.#atEdge = log.positionOf(edge);
    this.#afterEdge = this.#atEdge;
    while (this.#afterEdge < newest && log.timeAt(this.#afterEdge) <= edge) this.#afterEdge++;
    let first = Math.max(0, newest);
    // Further back than the edge it makes no difference.
    while (first > 0 && log.timeAt(first) > edge && log.beginAt(first) - log.timeAt(first - 1) <= this.maxGapMs)
      first--;
    this.#since = newest < 0 ? Number.NaN : log.beginAt(first);
    for (const part of [this.#area, this.#total]) if (part) this.#fill(part, this.#afterEdge);
    for (const part of [this.#least, this.#greatest, this.#ranked]) if (part) this.#fill(part, this.#atEdge);
    this.#fillLine();
  }

  /** Gives a part the readings from a position on. */
  #fill<P extends WindowPart>(part: P, from: number): P {
    part.clear();
    for (let i = from; i < this.#log.length; i++) part.take(this.#log, i);
    return part;
  }

  #fillLine(): void {
    this.#beginLine(Math.max(this.#atEdge, this.#log.positionOf(this.#since)));
    if (this.#line === null) return;
    for (let i = this.#lineFrom; i < this.#log.length; i++) this.#line.take(this.#log, i);
  }

  /** Whether the readings reach back over `share` of the span without a gap. */
  #covers(share: number): boolean {
    const { length } = this.#log;
    return length > 0 && this.#log.timeAt(length - 1) - this.#since >= this.spanMs * share;
  }

  /** Mean over time, or NaN without evidence over the whole span. */
  avg(): number {
    if (!this.#covers(1)) return Number.NaN;
    this.#area ??= this.#fill(new Area(), this.#afterEdge);
    const edge = this.#log.timeAt(this.#log.length - 1) - this.spanMs;
    return this.#area.mean(this.#log, this.#afterEdge, edge, this.spanMs);
  }

  /** Sum of the readings in the window: increments such as rain per report. A gap counts as nothing. */
  sum(): number {
    // The reading at the far edge is the end of the window before.
    this.#total ??= this.#fill(new Total(), this.#afterEdge);
    return this.#log.length > 0 ? this.#total.sum() : Number.NaN;
  }

  /** Number of readings in the window. */
  count(): number {
    if (!this.#log.hasMerged) return this.#log.length - this.#afterEdge;
    this.#total ??= this.#fill(new Total(), this.#afterEdge);
    return this.#total.count();
  }

  min(): number {
    if (!this.#covers(1)) return Number.NaN;
    this.#least ??= this.#fill(new Extreme(-1), this.#atEdge);
    return this.#least.value();
  }

  max(): number {
    if (!this.#covers(1)) return Number.NaN;
    this.#greatest ??= this.#fill(new Extreme(1), this.#atEdge);
    return this.#greatest.value();
  }

  median(): number {
    return this.percentile(0.5);
  }

  /**
   * The value below which a share of the readings lies; NaN without evidence over the whole span.
   * @param share 0 to 1.
   */
  percentile(share: number): number {
    if (!this.#covers(1)) return Number.NaN;
    this.#ranked ??= this.#fill(new Ranked(), this.#atEdge);
    return this.#ranked.percentile(share);
  }

  /** Change from the oldest reading in the window to the newest; NaN without evidence over at least half the span. */
  delta(): number {
    if (!this.#covers(0.5)) return Number.NaN;
    const newest = this.#log.valueAt(this.#log.length - 1);
    const oldest = this.#log.valueAt(this.#first());
    return asDecimal(newest - oldest, Math.max(Math.abs(newest), Math.abs(oldest)));
  }

  /** `delta` per second; NaN without evidence over at least half the span. */
  rate(): number {
    const delta = this.delta();
    if (Number.isNaN(delta)) return delta;
    return (delta * 1000) / (this.#log.timeAt(this.#log.length - 1) - this.#log.timeAt(this.#first()));
  }

  /** Change per second of the line that fits best; NaN without evidence over at least half the span. */
  slope(): number {
    return this.#covers(0.5) ? this.#lineOf().slope() : Number.NaN;
  }

  /** Share of the readings' variance that this line explains; NaN without evidence over at least half the span. */
  fit(): number {
    return this.#covers(0.5) ? this.#lineOf().fit() : Number.NaN;
  }

  #lineOf(): Line {
    if (this.#line === null) {
      this.#line = new Line();
      this.#fillLine();
    }
    return this.#line;
  }

  /** The oldest reading in the window that no gap separates from the newest. */
  #first(): number {
    const log = this.#log;
    return log.beginAt(this.#atEdge) >= this.#since ? this.#atEdge : log.positionOf(this.#since);
  }
}
