import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { Settings } from '../../src/settings/schema.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { createTelemetry } from '../../src/telemetry/create.ts';
import { startInflux } from '../support/influx.ts';
import { tempDir } from '../support/temp-dir.ts';
import { reading } from './contract.ts';
import { memoryWindows } from './memory-windows.ts';

test('without settings readings are kept in a file below dataDir', async () => {
  const dataDir = await tempDir();
  const telemetry = createTelemetry({
    settings: Settings.parse({}).telemetry,
    dataDir,
    windows: memoryWindows(),
    clock: systemClock,
    log: createLogger('silent'),
  });
  await telemetry.prepare();
  expect(existsSync(join(dataDir, 'telemetry', 'readings.db'))).toBe(true);
  await telemetry.close();
});

test('lines that InfluxDB refuses are all counted, and said once until a batch is good again', async () => {
  const influx = await startInflux();
  const warnings: Record<string, unknown>[] = [];
  const stream = new Writable({
    write: (line, _encoding, done) => {
      warnings.push(JSON.parse(String(line)));
      done();
    },
  });
  let refused = 0;
  const given = { telemetry: { engine: 'influxdb', influxdb: { url: influx.url, manageRetention: 'never' } } };
  const telemetry = createTelemetry({
    settings: Settings.parse(given).telemetry,
    dataDir: '',
    windows: memoryWindows(),
    clock: systemClock,
    log: pino({ level: 'warn' }, stream),
    onRefused: (lines) => {
      refused += lines.length;
    },
  });
  onTestFinished(async () => {
    await telemetry.close();
    await influx.remove();
  });
  await telemetry.prepare();

  const bad = reading('gauge', 'time', 1000, 1);
  const good = reading('gauge', 'level', 1000, 1);
  await telemetry.write([bad, good]);
  await telemetry.write([bad, bad]);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({ lines: 1, reason: expect.stringContaining('"time"') });
  await telemetry.write([good]);
  await telemetry.write([bad]);
  expect(warnings).toHaveLength(2);
  expect(refused).toBe(4);
});
