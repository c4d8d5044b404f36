import { expect, test } from 'vitest';
import { Pace } from '../../../src/ingest/limits/pace.ts';

/** An engine and a journal that go where the test tells them. */
function setUp() {
  const state = { now: 0, end: 0, folded: 0 };
  const pace = new Pace({
    maxBehindMs: 2000,
    end: () => state.end,
    folded: () => state.folded,
    steady: { now: () => state.now },
  });
  pace.mark();
  const acknowledged: number[] = [];
  return {
    state,
    pace,
    acknowledged,
    append(count: number) {
      for (let i = 0; i < count; i++) {
        const offset = state.end++;
        pace.pass(offset, () => acknowledged.push(offset));
      }
    },
    /** Time goes on, marks are made as in service. */
    pass(ms: number) {
      for (const until = state.now + ms; state.now < until; ) {
        state.now += 100;
        pace.mark();
        pace.release();
      }
    },
  };
}

test('while the engine keeps up nothing waits', () => {
  const { state, pace, acknowledged, append } = setUp();
  for (let i = 0; i < 50; i++) {
    append(5000);
    state.now += 100;
    pace.mark();
    state.folded = state.end - 4000;
  }
  expect(acknowledged).toHaveLength(250_000);
  expect(pace.size).toBe(0);
});

test('an engine that stands still in a quiet town slows nobody', () => {
  const { acknowledged, append, pass } = setUp();
  for (let i = 0; i < 100; i++) {
    append(100);
    pass(1000);
  }
  expect(acknowledged).toHaveLength(10_000);
});

test('a burst shorter than the time that is allowed does not wait, whatever its size', () => {
  const { acknowledged, append, pass } = setUp();
  append(50_000);
  pass(1000);
  append(50_000);
  expect(acknowledged).toHaveLength(100_000);
});

test('too far behind, acknowledgements follow the engine one for one, in order', () => {
  const { state, pace, acknowledged, append, pass } = setUp();
  append(50_000);
  pass(2100);
  expect(acknowledged).toHaveLength(50_000);
  append(1000);
  expect(acknowledged).toHaveLength(50_000);
  expect(pace.size).toBe(1000);
  // The first one that waits was the 50,000th; it may go when the engine is 20,000 behind it.
  state.folded = 30_500;
  pace.release();
  expect(acknowledged.length).toBe(50_501);
  state.folded = 31_000;
  pace.release();
  expect(pace.size).toBe(0);
  expect(acknowledged).toEqual([...acknowledged].sort((a, b) => a - b));
  append(10);
  expect(acknowledged).toHaveLength(51_000);
  state.folded = state.end;
  pace.release();
  append(10);
  expect(acknowledged).toHaveLength(51_020);
});

test('none waits longer than 4 s, however long the engine stands still', () => {
  const { pace, acknowledged, append, pass } = setUp();
  append(50_000);
  pass(2100);
  append(1);
  pass(3900);
  expect(acknowledged).toHaveLength(50_000);
  pass(200);
  expect(acknowledged).toHaveLength(50_001);
  expect(pace.size).toBe(0);
});
