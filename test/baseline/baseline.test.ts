import { describe, expect, it } from 'vitest';
import { Baseline } from '../../src/baseline/baseline.ts';
import { begin, daily, day, hour, minute } from './series.ts';

const learnt = (days: number) => {
  const baseline = new Baseline(0.01);
  for (const { time, value } of daily(days, 15)) baseline.learn(time, value);
  return baseline;
};
const after = begin + 20 * day;

describe('the baseline of a channel', () => {
  it('knows what is normal by the hour', () => {
    const baseline = learnt(20);
    const morning = baseline.normal(after + 6 * hour)!;
    const evening = baseline.normal(after + 18 * hour)!;
    expect(morning.middle).toBeGreaterThan(28);
    expect(evening.middle).toBeLessThan(12);
    expect(morning.low).toBeLessThan(morning.middle);
    expect(morning.high).toBeGreaterThan(morning.middle);
  });

  it('scores what is unusual for as long as it is, and says in what', () => {
    const baseline = learnt(20);
    const view = (at: number, value: number) => baseline.view(after + at, value)!;
    expect(view(0, 20).score).toBeLessThan(0.5);
    expect(view(0, 45).score).toBeGreaterThan(0.99);
    expect(view(0, 45).kind).toBe('extreme');
    expect(view(6 * hour, 20)).toMatchObject({ kind: 'rhythm' });
    // Looking changes nothing.
    expect(view(0, 45)).toEqual(view(0, 45));
    for (let at = 0; at < hour; at += 5 * minute) baseline.learn(after + at, 45, true);
    expect(view(hour, 45).score).toBeGreaterThan(0.99);
  });

  it('does not learn during an alarm, until it has lasted for three days', () => {
    const baseline = learnt(20);
    const before = baseline.normal(after + 9 * day);
    for (let at = 0; at < 3 * day; at += hour) baseline.learn(after + at, 60, true);
    expect(baseline.normal(after + 9 * day)).toEqual(before);
    for (let at = 3 * day; at < 17 * day; at += hour) baseline.learn(after + at, 60, true);
    expect(baseline.view(after + 17 * day, 60)!.score).toBeLessThan(0.9);
  });

  it('takes for normal what has come back for three days, alarm or not', () => {
    const baseline = learnt(20);
    const noon = (days: number) => after + days * day + 6 * hour;
    // Every day from noon on for three hours, and an alarm as long as it lasts.
    const live = (from: number, to: number) => {
      for (const { time, value } of daily(40, 15).slice(from * 288, to * 288)) {
        const since = (time - after - 6 * hour) % day;
        const odd = since >= 0 && since < 3 * hour;
        if (baseline.due(time)) baseline.learn(time, odd ? 60 : value, odd);
      }
    };
    const usual = baseline.normal(noon(0))!.middle;
    live(20, 23);
    expect(Math.abs(baseline.normal(noon(3))!.middle - usual)).toBeLessThan(3);
    expect(baseline.view(noon(3), 60)!.score).toBeGreaterThan(0.9);
    const other = new Baseline(0.01);
    other.restore(JSON.parse(JSON.stringify(baseline.state())));
    expect(other.state()).toEqual(baseline.state());
    live(23, 33);
    expect(baseline.view(noon(13), 60)!.score).toBeLessThan(0.9);
  });

  it('keeps the newest time in which it was unusual, with its most surprising reading', () => {
    const baseline = learnt(20);
    expect(baseline.deviation).toBeNull();
    const alarmed = [24, 60, 45].map((value, i) => baseline.learn(after + i * 10 * minute, value, true));
    expect(alarmed[1]).toBe(true);
    expect(baseline.deviation).toMatchObject({
      from: after + 10 * minute,
      at: after + 10 * minute,
      value: 60,
      kind: 'extreme',
      until: null,
    });
    const { middle, high } = baseline.deviation!;
    expect(middle).toBeLessThan(high);
    expect(high).toBeLessThan(60);
    const other = new Baseline(0.01);
    other.restore(JSON.parse(JSON.stringify(baseline.state())));
    expect(other.deviation!.score).toBeCloseTo(baseline.deviation!.score, 6);
    expect(other.deviation).toMatchObject({ from: after + 10 * minute, value: 60, kind: 'extreme', until: null });
    baseline.learn(after + 40 * minute, 21, false);
    expect(baseline.deviation).toMatchObject({ from: after + 10 * minute, value: 60, until: after + 40 * minute });
    expect(JSON.stringify(baseline.state()).length).toBeLessThan(4096);
  });

  it('keeps at most four kilobytes with an alarm, what was unusual and what was said', () => {
    const baseline = learnt(70);
    const end = begin + 70 * day;
    for (let at = 0; at < hour; at += 10 * minute) baseline.learn(end + at, 60, true);
    baseline.hear({ damping: 0.5, normal: 'keep' }, end, 60);
    expect(baseline.state()).toMatchObject({ heldFrom: end, damping: 0.5 });
    expect(JSON.stringify(baseline.state()).length).toBeLessThanOrEqual(4096);
  });

  it('goes by what people say: less or more sensitive, and a new normal that can be taken back', () => {
    const baseline = learnt(20);
    const score = () => baseline.view(after, 31)!.score;
    const [before, normal] = [score(), baseline.normal(after)!];
    expect(before).toBeGreaterThan(0.5);
    baseline.hear({ damping: 0.5, normal: 'keep' }, after, 20);
    expect(1 - score()).toBeCloseTo(Math.min(1, 10 ** 0.5 * (1 - before)), 6);
    baseline.hear({ damping: -0.5, normal: 'keep' }, after, 20);
    expect(score()).toBeGreaterThan(before);

    baseline.hear({ damping: 0, normal: 'accept' }, after, 50);
    expect(baseline.view(after, 50)!.score).toBeLessThan(0.5);
    expect(baseline.normal(after)!.middle).toBeCloseTo(50, 6);
    const other = new Baseline(0.01);
    other.restore(JSON.parse(JSON.stringify(baseline.state())));
    other.hear({ damping: 0, normal: 'take-back' }, after, 50);
    expect(other.normal(after)!.middle).toBeCloseTo(normal.middle, 6);
    expect(other.state().accepted).toBeUndefined();
  });

  it('goes on from a checkpoint, and begins anew from one that it does not know', () => {
    const baseline = learnt(20);
    baseline.learn(after, 45, true);
    const other = new Baseline(0.01);
    expect(other.restore(JSON.parse(JSON.stringify(baseline.state())))).toBe(true);
    expect(other.view(after + hour, 33)).toEqual(baseline.view(after + hour, 33));
    expect(other.state()).toEqual(baseline.state());
    expect(other.restore({ hours: [[1, 2]], slot: 3, firstAt: 4 })).toBe(false);
    expect(other.normal(after)).toBeNull();
  });
});
