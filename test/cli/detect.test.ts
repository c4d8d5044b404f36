import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detect } from '../../src/cli/detect.ts';
import { daily, day } from '../baseline/series.ts';
import { tempDir } from '../support/temp-dir.ts';

const file = async (text: string) => {
  const path = join(await tempDir(), 'readings.csv');
  writeFileSync(path, text);
  return path;
};

describe('tocsin detect', () => {
  it('scores each row, and tells the alarms with their lines', async () => {
    const points = daily(15, 3);
    const odd = points.findIndex(({ time }) => time - points[0]!.time >= 12.3 * day);
    points[odd]!.value += 40;
    const rows = points.map(({ time, value }) => `${new Date(time).toISOString()},${value}`);
    const data = await file(`time,value\n${rows.join('\n')}\n`);
    const out = join(await tempDir(), 'scores.csv');
    const { ok, text } = await detect(['--data', data, '--out', out, '--json']);
    expect(ok).toBe(true);
    const answer = JSON.parse(text);
    expect(answer).toMatchObject({ scored: points.length, notScored: 0 });
    expect(answer.alarms.map(({ line }: { line: number }) => line)).toContain(odd + 2);
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    expect(lines[0]).toBe('time,value,score');
    expect(lines).toHaveLength(points.length + 1);
    for (const line of lines.slice(1)) {
      const score = Number(line.split(',')[2]);
      expect(score >= 0 && score <= 1).toBe(true);
    }
  });

  it('goes on over rows that are none, with their lines, and scores them 0', async () => {
    const data = await file(
      '\uFEFF"Time","Water level"\n2026-01-01 00:00,1\nyesterday,2\n\n2026-01-01 00:05,\n2026-01-01 00:05,"1"\n2026-01-01 00:05,1\n',
    );
    const out = join(await tempDir(), 'scores.csv');
    const { ok, text } = await detect(['--data', data, '--out', out]);
    expect(ok).toBe(true);
    expect(text).toMatch(/^2 rows scored, 3 not/);
    expect(text).toMatch(/line 3: the time is "yesterday"/);
    expect(text).toMatch(/line 5: the value is ""/);
    expect(text).toMatch(/line 7: "2026-01-01 00:05" is not later/);
    expect(readFileSync(out, 'utf8').trim().split('\n')).toHaveLength(6);
  });

  it('takes a file without names, and a column by its name', async () => {
    expect((await detect(['--data', await file('1767225600,1\n1767225900,2\n')])).text).toMatch(
      /^2 rows scored, 0 not/,
    );
    const data = await file('time,battery,level\n1767225600,90,1\n1767225900,90,2\n');
    expect((await detect(['--data', data, '--channel', 'level'])).text).toMatch(/^2 rows scored, 0 not/);
    await expect(detect(['--data', data])).rejects.toThrow(/Line 1: there is no column "value" among/);
  });

  it('says what it did not understand, and what it cannot read or write', async () => {
    expect(await detect([])).toMatchObject({ misunderstood: true, text: expect.stringMatching(/--data is missing/) });
    expect(await detect(['--speed', '3'])).toMatchObject({ misunderstood: true });
    await expect(detect(['--data', '/no/such/file.csv'])).rejects.toThrow(/cannot be read/);
    const out = '/no/such/folder/scores.csv';
    await expect(detect(['--data', await file('1767225600,1\n'), '--out', out])).rejects.toThrow(/cannot be written/);
    expect(existsSync(out)).toBe(false);
  });
});
