import { expect, test } from 'vitest';
import { newCells } from '../../src/rules/cells.ts';
import type { ChannelLog } from '../../src/rules/channel-log.ts';
import { nothingMeasured } from '../../src/rules/language/nothing-measured.ts';
import { Line } from '../../src/rules/windows/line.ts';
import { PartPlan } from '../../src/rules/windows/memory.ts';

function memoryOf(plan: PartPlan) {
  return { ...nothingMeasured().past, partCells: newCells(plan.initial) };
}

test('readings that are all the same lie on the line, whatever has left the window before', () => {
  const values = [12.3, 59.7, 0.0001, 3141.5926, 7.9, ...new Array<number>(15).fill(23.4)];
  const log = {
    timeAt: (i: number) => 1_784_354_400_000 + i * 60_000 + ((i * i * 37) % 1000),
    valueAt: (i: number) => values[i]!,
  } as unknown as ChannelLog;
  for (const order of [
    [0, 1, 2, 3, 4],
    [4, 2, 0, 3, 1],
    [3, 4, 1, 0, 2],
  ]) {
    const plan = new PartPlan();
    const line = new Line(plan);
    const memory = memoryOf(plan);
    for (const i of order) line.take(memory, log, i);
    for (let i = 5; i < values.length; i++) line.take(memory, log, i);
    for (const i of order.toReversed()) line.leave(memory, log, i);
    expect(line.fit(memory)).toBe(1);
    expect(line.slope(memory)).toBe(0);
  }
});
