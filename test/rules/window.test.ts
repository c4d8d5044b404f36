import { describe, expect, test } from 'vitest';
import type { CompiledType } from '../../src/rules/compile.ts';
import { DeviceChannels } from '../../src/rules/device-channels.ts';
import { WindowPlan } from '../../src/rules/windows/memory.ts';
import { Window } from '../../src/rules/windows/window.ts';

const minute = 60_000;
const span = 10 * minute;
const questions = ['avg', 'min', 'max', 'sum', 'count', 'delta', 'rate', 'slope', 'fit', 'percentile'] as const;
const functions = ['avg', 'min', 'max', 'median', 'sum', 'count', 'delta', 'rate', 'slope', 'fit'] as const;

interface Spec {
  spanMs: number;
  maxGapMs?: number;
}

/** The channels of a device, and what a window over the only one says. */
class Windowed extends DeviceChannels {
  readonly windows: Record<(typeof functions)[number] | 'upper', () => number>[];
  readonly spans: number[];

  constructor(...specs: Spec[]) {
    const windowPlan = new WindowPlan(1);
    const windows = specs.map(({ spanMs, maxGapMs = 3 * minute }) => new Window(0, spanMs, maxGapMs, windowPlan));
    for (const window of windows) for (const question of questions) window.keepFor(question);
    const type = { channelNames: ['level'], rules: [], baselines: [], windows, windowPlan, latenessMs: 60 * minute };
    super(type as unknown as CompiledType);
    this.spans = windows.map(({ spanMs }) => spanMs);
    this.windows = windows.map((window) => ({
      ...mapped(questions, (question) => () => window[question](this, 0.5)),
      median: () => window.percentile(this, 0.5),
      upper: () => window.percentile(this, 0.9),
    }));
  }
}

const mapped = <K extends string, V>(keys: readonly K[], value: (key: K) => V) =>
  Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;

/** A device with one channel and windows over it. */
const channelsOf = (...specs: Spec[]) => new Windowed(...specs);

/** Readings of a wave, one every `stepMs`, over `overMs`. */
function fill(channels: DeviceChannels, stepMs: number, overMs: number, from = 0): void {
  for (let at = from; at < from + overMs; at += stepMs) channels.add(0, at, wave(at));
}
const wave = (at: number) => 50 + 30 * Math.sin(at / 60_000) + 5 * Math.sin(at / 7_000);

function all(channels: Windowed): Record<string, number>[] {
  return channels.windows.map((window) => mapped([...functions, 'upper'] as const, (name) => window[name]()));
}

/** The same, from readings that are looked through one by one. */
function byHand(readings: [at: number, value: number][], spanMs: number): Record<string, number> {
  const [last, newest] = readings.at(-1)!;
  const edge = last - spanMs;
  const after = readings.filter(([at]) => at > edge);
  const values = readings.filter(([at]) => at >= edge);
  let area = 0;
  let from = edge;
  for (const [at, value] of after) {
    area += value * (at - from);
    from = at;
  }
  const ranked = values.map(([, value]) => value).sort((a, b) => a - b);
  const percentile = (share: number) => {
    const place = share * (ranked.length - 1);
    const [low, high] = [ranked[Math.floor(place)]!, ranked[Math.ceil(place)]!];
    return low + (high - low) * (place - Math.floor(place));
  };
  const mean = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0) / numbers.length;
  const x = values.map(([at]) => at - edge);
  const y = values.map(([, value]) => value);
  const about = (a: number[], b: number[]) =>
    a.reduce((total, one, i) => total + (one - mean(a)) * (b[i]! - mean(b)), 0);
  const delta = newest - values[0]![1];
  return {
    avg: area / spanMs,
    min: Math.min(...y),
    max: Math.max(...y),
    median: percentile(0.5),
    upper: percentile(0.9),
    sum: after.reduce((total, [, value]) => total + value, 0),
    count: after.length,
    delta,
    rate: (delta * 1000) / (last - values[0]![0]),
    slope: (1000 * about(x, y)) / about(x, x),
    fit: about(x, y) ** 2 / (about(x, x) * about(y, y)),
  };
}

test('says what one finds who looks through all readings, at every reading', () => {
  const channels = channelsOf({ spanMs: span }, { spanMs: 34 * minute + 500 });
  const readings: [number, number][] = [];
  let at = 0;
  for (let i = 0; i < 300; i++) {
    at += i % 7 === 0 ? 61_500 : 30_000;
    channels.add(0, at, wave(at));
    readings.push([at, wave(at)]);
    if (i % 20 === 19) channels.forgetBefore(at - 5 * minute);
    if (at < 40 * minute) continue;
    for (const [w, found] of all(channels).entries()) {
      const expected = byHand(readings, channels.spans[w]!);
      for (const name of [...functions, 'upper']) {
        const close = Math.abs(found[name]! - expected[name]!) <= 1e-9 * Math.max(1, Math.abs(expected[name]!));
        expect(close, `${name} at reading ${i}: ${found[name]}, not ${expected[name]}`).toBe(true);
      }
    }
  }
});

test('gives up what nobody asks, and says the same when somebody does', () => {
  const [asked, left] = [channelsOf({ spanMs: span }), channelsOf({ spanMs: span })];
  for (let i = 0; i < 60; i++) {
    if (i === 30) {
      all(left);
      expect(left.partCells).not.toBeNull();
    }
    for (const channels of [asked, left]) {
      channels.add(0, i * minute, wave(i * minute));
      channels.forgetBefore((i - 5) * minute);
    }
    all(asked);
  }
  expect(asked.partCells).not.toBeNull();
  expect(left.partCells).toBeNull();
  expect(all(left)).toEqual(all(asked));
});

describe('sums are exact', () => {
  test.each([
    [0.1, 500],
    [0.2, 250],
    [0.5, 100],
    [0.254, 250],
    [0.7, 70],
  ])('%f mm, %i times', (step, times) => {
    const total = Number((step * times).toFixed(3));
    const channels = channelsOf({ spanMs: 12 * 60 * minute, maxGapMs: minute * 60 });
    // Others before, which have left again.
    for (let i = 0; i < 1000; i++) channels.add(0, i * minute, (i % 13) / 7);
    const begin = 24 * 60 * minute + 1000 * minute;
    for (let i = 1; i <= times; i++) {
      channels.add(0, begin + i * minute, step);
      const sum = channels.windows[0]!.sum();
      if (i < times) expect(sum).toBeLessThan(total);
      else expect(sum).toBe(total);
    }
  });

  test('over 24 hours of a report a minute, as long as it goes on', () => {
    const channels = channelsOf({ spanMs: 24 * 60 * minute });
    for (let i = 0; i < 4 * 1440; i++) {
      channels.add(0, i * minute, 0.1);
      if (i % 8 === 0) channels.forgetBefore((i - 68) * minute);
      if (i >= 1440 && i % 100 === 0) {
        expect(channels.windows[0]!.sum()).toBe(144);
        expect(channels.windows[0]!.avg()).toBe(0.1);
      }
    }
  });

  test('a difference of decimals is a decimal', () => {
    const channels = channelsOf({ spanMs: span });
    for (let i = 0; i <= 10; i++) channels.add(0, i * minute, i < 10 ? 12.1 : 12.4);
    expect(channels.windows[0]!.delta()).toBe(0.3);
    expect(channels.windows[0]!.rate()).toBe(0.0005);
  });
});

describe('without evidence', () => {
  test('over the whole span, mean, extremes and percentiles are not known; over half of it, changes', () => {
    const channels = channelsOf({ spanMs: span });
    const known = () =>
      Object.entries(all(channels)[0]!).flatMap(([name, value]) => (Number.isNaN(value) ? [] : [name]));
    fill(channels, minute, 5 * minute);
    expect(known()).toEqual(['sum', 'count']);
    fill(channels, minute, minute, 5 * minute);
    expect(known()).toEqual(['sum', 'count', 'delta', 'rate', 'slope', 'fit']);
    fill(channels, minute, 6 * minute, 6 * minute);
    expect(known()).toHaveLength(11);
  });

  test('a gap begins anew', () => {
    const channels = channelsOf({ spanMs: span });
    fill(channels, minute, 20 * minute);
    fill(channels, minute, 6 * minute, 24 * minute);
    const [window] = channels.windows;
    expect(window!.avg()).toBeNaN();
    expect(window!.delta()).toBeCloseTo(wave(29 * minute) - wave(24 * minute));
    expect(window!.count()).toBe(6);
  });
});

test('room for the readings of a steady device is made once', () => {
  const channels = channelsOf({ spanMs: 60 * minute });
  const places = new Set<number[]>();
  for (let i = 0; i < 600; i++) {
    channels.add(0, i * minute, Math.round(wave(i * minute)));
    if (i % 30 === 0) channels.forgetBefore((i - 60) * minute);
    if (i >= 10) places.add(channels.cells);
  }
  expect(channels.state().level!.values.length).toBeGreaterThan(120);
  expect(places.size).toBe(1);
});

describe('a device that sends a hundred readings a second', () => {
  const windows = [{ spanMs: minute }, { spanMs: 6 * minute }];
  const lateMs = 6_000;
  const dense = (overMs: number) => {
    const channels = channelsOf(...windows);
    for (let at = 0; at < overMs; at += 10) {
      channels.add(0, at, wave(at));
      if (at % lateMs === 0) channels.forgetBefore(at - lateMs);
    }
    return channels;
  };

  test('fills its windows to a bound, in memory and in the checkpoint', () => {
    const channels = dense(12 * minute);
    // Six seconds in which late readings find their place, and 2,048 for each window.
    expect(channels.state().level!.times.length).toBeLessThanOrEqual(2 * 600 + 2 * 2050);
  });

  test('is judged as if every reading were kept, to a thousandth', () => {
    const overMs = 6 * minute + lateMs;
    const channels = dense(overMs + 10);
    const readings = Array.from({ length: overMs / 10 + 1 }, (_, i): [number, number] => [i * 10, wave(i * 10)]);
    for (const [w, { spanMs }] of windows.entries()) {
      const found = all(channels)[w]!;
      const expected = byHandQuickly(readings, spanMs);
      for (const [name, value] of Object.entries(expected))
        expect(Math.abs(found[name]! - value), name).toBeLessThan(
          (name === 'delta' ? 0.02 : 0.002) * Math.abs(value) + 0.5,
        );
    }
  });

  test('a single high reading among thousands is not lost', () => {
    const channels = channelsOf({ spanMs: span });
    for (let at = 0; at < span + 60_000; at += 10) {
      channels.add(0, at, at === 300_010 ? 400 : 3);
      if (at % minute === 0) channels.forgetBefore(at - minute);
    }
    expect(channels.windows[0]!.max()).toBe(400);
    expect(channels.windows[0]!.min()).toBe(3);
  });
});

function byHandQuickly(readings: [number, number][], spanMs: number): Record<string, number> {
  const last = readings.at(-1)![0];
  const values = readings.filter(([at]) => at > last - spanMs).map(([, value]) => value);
  const sum = values.reduce((total, value) => total + value, 0);
  return { avg: sum / values.length, sum, count: values.length, delta: wave(last) - wave(last - spanMs) };
}

test('goes on from a checkpoint, or from an earlier moment, as if nothing had been', () => {
  const through = channelsOf({ spanMs: span }, { spanMs: 25 * minute });
  fill(through, 7_000, 60 * minute);
  all(through);
  const restored = channelsOf({ spanMs: span }, { spanMs: 25 * minute });
  restored.restore(JSON.parse(JSON.stringify(through.state())));
  expect(all(restored)).toEqual(all(through));
  const steps = restored.rewind(33 * minute);
  expect(steps[0]).toMatchObject({ channels: [0] });
  for (const step of steps) restored.add(0, step.at, step.values[0]!);
  expect(all(restored)).toEqual(all(through));
});

test.each([1, 30, 60])(
  'a channel stays away while others of its device come, and the past is let go of every %i min',
  (every) => {
    const channels = channelsOf({ spanMs: span }, { spanMs: 25 * minute, maxGapMs: 5 * 60 * minute });
    fill(channels, 20_000, 60 * minute);
    all(channels);
    for (let floor = 60; floor <= 240; floor += every) channels.forgetBefore(floor * minute);
    fill(channels, 20_000, 60 * minute, 300 * minute);
    const readings = Array.from({ length: 180 }, (_, i): [number, number] => {
      const at = 300 * minute + i * 20_000;
      return [at, wave(at)];
    });
    for (const [w, found] of all(channels).entries()) {
      const expected = byHand(readings, channels.spans[w]!);
      for (const name of [...functions, 'upper']) expect(found[name], name).toBeCloseTo(expected[name]!, 9);
    }
  },
);
