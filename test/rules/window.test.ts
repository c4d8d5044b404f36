import { describe, expect, test } from 'vitest';
import { Window } from '../../src/rules/window.ts';

const span = 600_000;
const functions = ['avg', 'min', 'max', 'sum', 'count', 'delta', 'rate'] as const;

/** Readings of a wave, one every `stepMs`, over `overMs`. */
function fill(window: Window, stepMs: number, overMs: number, from = 0): void {
  for (let at = from; at < from + overMs; at += stepMs) window.add(at, wave(at));
}
const wave = (at: number) => 50 + 30 * Math.sin(at / 60_000) + 5 * Math.sin(at / 7_000);

const all = (window: Window) => Object.fromEntries(functions.map((name) => [name, window[name]()]));

describe('a device that sends a hundred readings a second', () => {
  test('fills its window to a bound, in memory and in the checkpoint', () => {
    const window = new Window(span, 180_000);
    fill(window, 10, 3 * span);
    expect(window.state().times.length).toBeLessThanOrEqual(1026);
    expect(JSON.stringify(window.state()).length).toBeLessThan(300_000);
  });

  test('is judged as if every reading were kept, to a thousandth', () => {
    const dense = new Window(span, 180_000);
    fill(dense, 10, 2 * span);
    // The same readings, counted by hand.
    const last = 2 * span - 10;
    const times: number[] = [];
    for (let at = 0; at <= last; at += 10) if (at > last - span) times.push(at);
    const values = times.map(wave);
    const sum = values.reduce((total, value) => total + value, 0);
    const within = (actual: number, expected: number, part = 0.002) =>
      expect(Math.abs(actual - expected)).toBeLessThan(part * Math.abs(expected) + 0.05);
    within(dense.avg(), sum / values.length);
    within(dense.sum(), sum);
    within(dense.count(), values.length);
    within(dense.min(), Math.min(...values));
    within(dense.max(), Math.max(...values));
    within(dense.delta(), wave(last) - wave(last - span), 0.02);
    within(dense.rate(), ((wave(last) - wave(last - span)) * 1000) / span, 0.02);
  });

  test('a single high reading among thousands is not lost', () => {
    const window = new Window(span, 180_000);
    for (let at = 0; at < span + 60_000; at += 10) window.add(at, at === 300_010 ? 400 : 3);
    expect(window.max()).toBe(400);
    expect(window.min()).toBe(3);
  });

  test('goes on from a checkpoint as if nothing had been', () => {
    const through = new Window(span, 180_000);
    const before = new Window(span, 180_000);
    // Cut anywhere, also in the middle of readings that are kept as one.
    fill(through, 10, 700_130);
    fill(before, 10, 700_130);
    const after = new Window(span, 180_000);
    after.restore(JSON.parse(JSON.stringify(before.state())));
    for (const window of [through, after]) fill(window, 10, 900_000, 700_130);
    expect(all(after)).toEqual(all(through));
    expect(after.state()).toEqual(through.state());
  });

  test("slows down again, and its window is as anybody's", () => {
    const window = new Window(span, 180_000);
    fill(window, 10, 100_000);
    fill(window, 5000, 3 * span, 100_000);
    const state = window.state();
    expect(state.merged).toBeUndefined();
    expect(state.times.length).toBe(span / 5000 + 1);
  });
});

test('readings as far apart as any device reports are kept one by one', () => {
  const window = new Window(span, 180_000);
  fill(window, 1000, 2 * span);
  const { times, merged } = window.state();
  expect(merged).toBeUndefined();
  expect(times).toHaveLength(601);
});

test('the first readings after a gap do not join those before it', () => {
  const window = new Window(span, 100);
  window.add(0, 1);
  window.add(200, 5);
  expect(window.state()).toMatchObject({ since: 200, times: [0, 200], values: [1, 5] });
});
