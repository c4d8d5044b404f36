import { expect, test } from 'vitest';
import { type ConsumerAnswer, WatchedConsumer } from '../../src/watch/consumer.ts';
import { deliveryTroubles, engineTroubles, telemetryTroubles } from '../../src/watch/consumer-troubles.ts';

const epoch = 1_772_323_200_000;

function setUp() {
  const time = { passed: 0, end: 0 };
  let asked: PromiseWithResolvers<ConsumerAnswer> | null = null;
  let questions = 0;
  const consumer = new WatchedConsumer({
    name: 'engine',
    ask: () => {
      questions++;
      asked = Promise.withResolvers();
      return asked.promise;
    },
    end: () => time.end,
    clock: { now: () => epoch + time.passed },
    steady: { now: () => time.passed },
  });
  return {
    consumer,
    time,
    questions: () => questions,
    answer: async (handled: number, handledAt: number | null, trouble: string | null = null) => {
      consumer.ask();
      asked!.resolve({ handled, handledAt, trouble, troubles: [] });
      await asked!.promise;
    },
  };
}

test('one that keeps up has nothing waiting; one that is behind is as late as the last it has handled', async () => {
  const { consumer, time, answer } = setUp();
  time.end = 100;
  time.passed = 60_000;
  await answer(100, epoch + 59_900);
  expect(consumer.state()).toMatchObject({ waiting: 0, oldestMs: 0, silentMs: 0 });
  time.end = 500;
  await answer(120, epoch + 20_000);
  expect(consumer.state()).toMatchObject({ waiting: 380, oldestMs: 40_000 });
  expect(engineTroubles(consumer.state(), true)).toMatchObject([{ code: 'ENGINE_BEHIND', severity: 'red' }]);
});

test('one that hangs is asked once, and what waits for it grows', async () => {
  const { consumer, time, answer, questions } = setUp();
  time.end = 10;
  await answer(10, epoch);
  for (let second = 1; second <= 20; second++) {
    consumer.ask();
    time.passed = second * 1000;
    time.end = 10 + second;
  }
  expect(questions()).toBe(2);
  expect(consumer.state()).toMatchObject({ waiting: 20, oldestMs: 20_000 });
  expect(consumer.state().silentMs).toBeGreaterThan(18_000);
  expect(engineTroubles(consumer.state(), true)[0]!.detail).toMatchObject({ waiting: 20 });
});

test('at its start one may be busy with its past; later silence is trouble at once', () => {
  const silent = { name: 'engine', waiting: 0, oldestMs: 0, silentMs: 10_000, trouble: null } as const;
  expect(engineTroubles(silent, false)).toEqual([]);
  expect(engineTroubles(silent, true)).toHaveLength(1);
  expect(engineTroubles({ ...silent, silentMs: 31_000 }, false)).toHaveLength(1);
  expect(telemetryTroubles(silent, false)).toEqual([]);
});

test('a telemetry store that is away, one that is slow, and notifications that wait, are told apart', () => {
  const state = { name: 'telemetry', waiting: 5, oldestMs: 61_000, silentMs: 0, trouble: null } as const;
  expect(telemetryTroubles(state, true)).toMatchObject([{ code: 'TELEMETRY_BEHIND', severity: 'yellow' }]);
  expect(telemetryTroubles({ ...state, trouble: 'refused' }, true)).toMatchObject([
    { code: 'TELEMETRY_UNAVAILABLE', detail: { reason: 'refused' } },
  ]);
  expect(deliveryTroubles({ ...state, name: 'delivery' })).toEqual([]);
  expect(deliveryTroubles({ ...state, name: 'delivery', oldestMs: 121_000, trouble: 'no answer' })).toMatchObject([
    { code: 'DELIVERY_BEHIND', detail: { waiting: 5, reason: 'no answer' } },
  ]);
});
