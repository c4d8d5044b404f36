import { expect, test } from 'vitest';
import { createLogger } from '../../src/shared/logger.ts';
import type { Telemetry } from '../../src/telemetry/port.ts';
import { keepInShape } from '../../src/telemetry/upkeep.ts';

/** Answers `upkeep()` in turn, and says what was done and how long was waited; ends when there are no answers left. */
async function steps(answers: (boolean | Error | 'busy')[]): Promise<(string | number)[]> {
  const seen: (string | number)[] = [];
  const ending = new AbortController();
  const left = [...answers];
  const telemetry = {
    upkeep: async () => {
      const answer = left.shift();
      seen.push('step');
      if (answer instanceof Error) throw answer;
      return answer === true;
    },
  } as Telemetry;
  const isBusy = () => left[0] === 'busy' && left.shift() === 'busy';
  const pause = async (ms: number) => {
    seen.push(ms < 1000 ? 'a little' : ms);
    if (left.length === 0) ending.abort();
  };
  await keepInShape({ telemetry, isBusy, log: createLogger('silent'), pause }, ending.signal);
  return seen;
}

test('there is a short pause while there is more to do, and a longer one when there is not', async () => {
  expect(await steps([true, true, false])).toEqual(['step', 'a little', 'step', 'a little', 'step', 10_000]);
});

test('nothing is done while the writer has a backlog', async () => {
  expect(await steps(['busy', 'busy', false])).toEqual([1000, 1000, 'step', 10_000]);
});

test('a failure is not the end of it', async () => {
  expect(await steps([new Error('full'), false])).toEqual(['step', 60_000, 'step', 10_000]);
});

test('a store that needs none is left alone', async () => {
  const log = createLogger('silent');
  await keepInShape({ telemetry: {} as Telemetry, isBusy: () => false, log }, new AbortController().signal);
});
