import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Severity } from '../../api/contract.ts';
import { alonePoints, type ChartColumns } from '../logic/chart-series.ts';
import { colour, remPixels } from '../state/theme.ts';

export interface ThresholdLine {
  severity: Severity;
  value: number;
  /** For example `橙 ≥ 20 cm`. */
  label: string;
}

/** A moment worth seeing: raised, cleared. */
export interface MomentLine {
  at: number;
  label: string;
}

export interface PlotContent {
  columns: ChartColumns;
  /** Shown time, milliseconds since the epoch. */
  from: number;
  to: number;
  range: [number, number];
  thresholds: readonly ThresholdLine[];
  moments: readonly MomentLine[];
  /** Steps instead of slopes: for switches. */
  stepped: boolean;
  /** Text of a tick of the value axis. */
  tick(value: number): string;
  /** Text of a tick of the time axis; seconds since the epoch. */
  time(seconds: number, stepSeconds: number): string;
}

/** Draws a series: normal band, min–max area, mean line, thresholds with their names, moments. */
export function drawSeries(
  container: HTMLElement,
  content: PlotContent,
  pointed: (index: number | null) => void,
): uPlot {
  const rem = remPixels();
  const font = `${0.75 * rem}px system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif`;
  const axis = {
    font,
    stroke: colour('muted'),
    grid: { stroke: colour('chart-grid'), width: 1 },
    ticks: { show: false },
  };
  const paths = content.stepped ? uPlot.paths.stepped!({ align: 1 }) : undefined;
  const edge = { width: 0, points: { show: false }, paths };
  const options: uPlot.Options = {
    width: container.clientWidth,
    height: container.clientHeight,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 0.5 * rem }, y: false, sync: { key: 'alarm' } },
    // Moments have their names above the plot, where they hide no peak.
    padding: [(content.moments.length > 0 ? 1.5 : 0.75) * rem, 1.25 * rem, 0, 0],
    scales: { x: { range: [content.from / 1000, content.to / 1000] }, y: { range: content.range } },
    axes: [
      {
        ...axis,
        space: 5 * rem,
        size: 1.9 * rem,
        values: (_plot, ticks, _axis, _space, step) => ticks.map((tick) => content.time(tick, step)),
      },
      {
        ...axis,
        // As wide as its texts: a switch has words there.
        size: (plot, ticks) => Math.max(3.5 * rem, widest(plot, ticks ?? [], font) + rem),
        space: 2.2 * rem,
        values: (_plot, ticks) => ticks.map(content.tick),
      },
    ],
    series: [
      {},
      { ...edge, stroke: colour('chart-band-line') },
      { ...edge, stroke: colour('chart-band-line') },
      { ...edge },
      { ...edge },
      {
        stroke: colour('chart-mean'),
        width: Math.max(1.5, rem / 10),
        points: {
          size: 0.3 * rem,
          show: (_plot, _series, first, last) => last - first < 40 && !content.stepped,
          // A value between two gaps has no line: without a dot of its own it would not be seen.
          filter: (_plot, _series, all) => (all ? null : alonePoints(content.columns.mean)),
        },
        ...(paths ? { paths } : {}),
      },
    ],
    bands: [
      { series: [2, 1], fill: colour('chart-band') },
      { series: [4, 3], fill: colour('chart-range') },
    ],
    hooks: {
      draw: [
        (plot) => drawDoubtful(plot, content),
        (plot) => drawThresholds(plot, content, font),
        (plot) => drawMoments(plot, content, font),
      ],
      setCursor: [(plot) => pointed(plot.cursor.idx ?? null)],
    },
  };
  const { time, low, high, min, max, mean } = content.columns;
  return new uPlot(options, [time, low, high, min, max, mean] as uPlot.AlignedData, container);
}

/** A strip on the axis of time, at least three pixels long, that the readings above have a doubtful time. */
function drawDoubtful(plot: uPlot, { columns, from, to }: PlotContent): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const height = 0.3 * remPixels() * ratio;
  ctx.save();
  ctx.fillStyle = colour('lost');
  for (const span of columns.doubtful) {
    if (span.to <= from || span.from >= to) continue;
    const left = Math.max(bbox.left, plot.valToPos(span.from / 1000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(span.to / 1000, 'x', true));
    ctx.fillRect(left, bbox.top + bbox.height - height, Math.max(right - left, 3 * ratio), height);
  }
  ctx.restore();
}

function drawThresholds(plot: uPlot, content: PlotContent, font: string): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const size = Number.parseFloat(font) * ratio;
  ctx.save();
  ctx.font = scaled(font, ratio);
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  // From the top down; a label that would lie on another stands to the right of it.
  const placed: { top: number; bottom: number; right: number }[] = [];
  const [low, high] = content.range;
  const inRange = content.thresholds.filter((line) => line.value >= low && line.value <= high);
  for (const line of [...inRange].sort((a, b) => b.value - a.value)) {
    const y = plot.valToPos(line.value, 'y', true);
    ctx.strokeStyle = colour(line.severity);
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash([7 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    const labelY = Math.max(y - size * 0.75, bbox.top + size * 0.6);
    const [top, bottom] = [labelY - size * 0.65, labelY + size * 0.65];
    const width = ctx.measureText(line.label).width;
    const beside = placed.filter((other) => top < other.bottom && bottom > other.top);
    const x = Math.max(bbox.left, ...beside.map((other) => other.right)) + 6 * ratio;
    placed.push({ top, bottom, right: x + width + 3 * ratio });
    ctx.fillStyle = colour('surface');
    ctx.globalAlpha = 0.85;
    ctx.fillRect(x - 3 * ratio, labelY - size * 0.65, width + 6 * ratio, size * 1.3);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colour(`${line.severity}-text`);
    ctx.fillText(line.label, x, labelY);
  }
  ctx.restore();
}

function drawMoments(plot: uPlot, content: PlotContent, font: string): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const size = Number.parseFloat(font) * ratio;
  ctx.save();
  ctx.font = scaled(font, ratio);
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.strokeStyle = colour('text');
  ctx.fillStyle = colour('text');
  ctx.lineWidth = 1.5 * ratio;
  const shown = content.moments.filter(({ at }) => at >= content.from && at <= content.to).sort((a, b) => b.at - a.at);
  /** Where the flag to the right begins. */
  let free = bbox.left + bbox.width;
  for (const moment of shown) {
    const x = plot.valToPos(moment.at / 1000, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(moment.label).width + 8 * ratio;
    const left = x + width <= free ? x : x - width;
    // No room on either side: a pole without a flag.
    if (left < bbox.left || (left < x && x > free)) continue;
    free = left;
    // A flag at the top of its pole, above the plot.
    const top = bbox.top - size * 1.4;
    ctx.fillRect(left, top, width, size * 1.4);
    ctx.fillStyle = colour('surface');
    ctx.fillText(moment.label, left + 4 * ratio, top + size * 0.72);
    ctx.fillStyle = colour('text');
  }
  ctx.restore();
}

/** Width of the widest of some texts, in pixels of the page. */
function widest({ ctx }: uPlot, texts: readonly string[], font: string): number {
  ctx.save();
  ctx.font = scaled(font, uPlot.pxRatio);
  const width = Math.max(0, ...texts.map((text) => ctx.measureText(text).width));
  ctx.restore();
  return width / uPlot.pxRatio;
}

function scaled(font: string, ratio: number): string {
  return font.replace(/^[\d.]+px/, (size) => `${Number.parseFloat(size) * ratio}px`);
}
