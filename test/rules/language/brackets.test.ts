import { expect, test } from 'vitest';
import { compileType } from '../../../src/rules/compile.ts';
import { deviceType } from '../support.ts';

const compiled = (when: string) =>
  compileType(
    deviceType({
      channels: { level: 'cm', rain: 'mm', fan: 'switch' },
      rules: [{ name: 'tried', levels: [{ severity: 'yellow', when }] }],
    }),
  );

test.each([
  'devices(grid, (level > 10 cm) && (rain > 1 mm)) >= 2',
  'devices(grid, ((level > 10 cm) || fan) && (rain > 1 mm || (fan))) >= 2',
  'share(grid, !(level > 10 cm) && (avg(level, 10 min) - (rain)) > 1 cm) >= 50 %',
  'neighbours(grid, (level + rain) * 2).median > 1 cm',
  'neighbours(grid, level - (rain + 1 cm)).median > 1 cm',
])('what other devices are asked may have brackets: %s', (when) => {
  expect(compiled(when).problems).toEqual([]);
});

test.each([
  ['(level + 2 cm) * 3 > 10 cm', '(level + 2 cm) * 3'],
  ['fan || (level - (rain + 1 cm)) > (10 cm)', 'level - (rain + 1 cm)'],
  ['level - ( rain + 1 cm ) > 10 cm', 'level - ( rain + 1 cm )'],
])('in %s it is %s that is compared', (when, compared) => {
  const { levels } = compiled(when).rules[0]!;
  expect(levels[0]!.when.parts.at(-1)!.compared!.source).toBe(compared);
});
