import { describe, expect, it } from 'vitest';
import { createDetector, defaultThreshold } from '../../src/baseline/detector.ts';
import { daily, day, hour, minute, type Point, series } from './series.ts';

function scoresOf(points: Point[], detector = createDetector({ intervalMs: 5 * minute })): number[] {
  return points.map(({ time, value }) => detector.update(time, value));
}

/** The times of the alarms, in days since the beginning. */
function alarmsOf(points: Point[]): number[] {
  const scores = scoresOf(points);
  return points.flatMap(({ time }, i) => (scores[i]! >= defaultThreshold ? [(time - points[0]!.time) / day] : []));
}

/** The series with its values changed from one day on, until another. */
function changed(
  points: Point[],
  from: number,
  to: number,
  change: (value: number, sinceMs: number) => number,
): Point[] {
  const [a, b] = [points[0]!.time + from * day, points[0]!.time + to * day];
  return points.map(({ time, value }) => ({ time, value: time >= a && time < b ? change(value, time - a) : value }));
}

describe('the detector of one series', () => {
  it('calls a quiet series quiet', () => {
    const alarms = [1, 2, 3, 4].flatMap((seed) => alarmsOf(daily(40, seed)));
    expect(alarms.length).toBeLessThanOrEqual(4);
  });

  it('sees one reading far out, at once, and calls it one event', () => {
    const points = changed(daily(20, 5), 15.5, 15.503, (value) => value + 15);
    const alarms = alarmsOf(points).filter((at) => at > 15 && at < 16);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toBeCloseTo(15.5, 2);
  });

  it('sees at three in the morning what would be usual at noon', () => {
    const points = changed(daily(20, 6), 15.75, 15.8, (value) => value + 12);
    // Six in the evening is the low of the day: with twelve more the value is one that each noon has.
    expect(alarmsOf(points).some((at) => at >= 15.75 && at < 15.8)).toBe(true);
  });

  it('sees a shift that is small beside the course of the day, a drift over two days, and a sensor that stands still', () => {
    const shifted = changed(daily(20, 11), 15.2, 20, (value) => value + 6);
    expect(alarmsOf(shifted).some((at) => at >= 15.2 && at < 16)).toBe(true);
    const drifting = changed(daily(20, 12), 15.2, 20, (value, since) => value + 10 * Math.min(1, since / (2 * day)));
    expect(alarmsOf(drifting).some((at) => at >= 15.2 && at < 17.2)).toBe(true);
    const [stood] = daily(20, 13).slice(-1);
    const stuck = changed(daily(20, 13), 15.2, 16.2, () => stood!.value);
    expect(alarmsOf(stuck).some((at) => at >= 15.2 && at < 16.2)).toBe(true);
  });

  it('sees a shift that comes within three days of something else', () => {
    // Not larger than the event before it, nor sudden enough for a single reading.
    const after = (points: Point[], hours: number) => {
      const spiked = changed(points, 15.5, 15.503, (value) => value + 60);
      return changed(spiked, 15.5 + hours / 24, 20, (value) => value + 5);
    };
    for (const seed of [21, 22, 23]) {
      for (const hours of [14, 40]) {
        const from = 15.5 + hours / 24;
        const alarms = alarmsOf(after(daily(20, seed), hours)).filter((at) => at >= from);
        expect(alarms.filter((at) => at < from + 1).length).toBeGreaterThanOrEqual(1);
      }
    }
  });

  it('scores the same whatever the unit and however many weeks later', () => {
    const points = changed(daily(20, 7), 15, 16, (value) => value + 15);
    const scores = scoresOf(points);
    const others = scoresOf(points.map(({ time, value }) => ({ time: time + 77 * 7 * day, value: value * 1.8 + 32 })));
    const upsideDown = scoresOf(points.map(({ time, value }) => ({ time, value: 5 - value / 1000 })));
    for (const [i, score] of scores.entries()) {
      expect(others[i]).toBeCloseTo(score, 3);
      expect(upsideDown[i]).toBeCloseTo(score, 3);
    }
  });

  it('scores the same in any unit where nearly nothing ever moves', () => {
    // Off most of the time, on for some hours every third day.
    const points = series(25, 5 * minute, (since) => (since % (3 * day) < 4 * hour && since > 0 ? 8.18 : 2.05723008));
    const scores = scoresOf(points);
    for (const factor of [-0.001, 3, 1.8e6]) {
      const others = scoresOf(points.map(({ time, value }) => ({ time, value: value * factor })));
      expect(Math.max(...others.map((score, i) => Math.abs(score - scores[i]!)))).toBeLessThan(0.001);
    }
  });

  it('goes on from a checkpoint as if nothing had happened', () => {
    const points = changed(daily(20, 8), 15, 16, (value) => value + 15);
    const whole = createDetector({ intervalMs: 5 * minute });
    const expected = scoresOf(points, whole);
    const cut = 4000;
    const before = createDetector({ intervalMs: 5 * minute });
    scoresOf(points.slice(0, cut), before);
    const after = createDetector({ intervalMs: 5 * minute });
    expect(after.restore(JSON.parse(JSON.stringify(before.state())))).toBe(true);
    expect(scoresOf(points.slice(cut), after)).toEqual(expected.slice(cut));
    expect(after.state()).toEqual(whole.state());
  });

  it('keeps at most four kilobytes', () => {
    const detector = createDetector({ intervalMs: hour });
    scoresOf(daily(100, 9, hour), detector);
    expect(JSON.stringify(detector.state()).length).toBeLessThanOrEqual(4096);
  });

  it('begins anew from a state that it does not know', () => {
    for (const state of [
      null,
      {},
      'x',
      { hours: [], slot: 0, firstAt: 0 },
      { series: { version: 1, packed: 'AAAA' } },
    ]) {
      const detector = createDetector();
      expect(detector.restore(state)).toBe(false);
      expect(detector.state()).toEqual(createDetector().state());
    }
  });

  it('takes what cannot be a reading for nothing', () => {
    const detector = createDetector();
    const points = daily(10, 10);
    scoresOf(points, detector);
    const before = detector.state();
    const { time } = points.at(-1)!;
    expect(detector.update(time, 1e9)).toBe(0);
    expect(detector.update(time - hour, 1e9)).toBe(0);
    expect(detector.update(time + hour, Number.NaN)).toBe(0);
    expect(detector.update(Number.NaN, 1)).toBe(0);
    expect(detector.state()).toEqual(before);
  });
});
