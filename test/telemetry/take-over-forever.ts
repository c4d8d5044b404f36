import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../src/shared/logger.ts';
import { createEmbeddedTelemetry } from '../../src/telemetry/embedded.ts';
import { retention } from './numbered-readings.ts';

/** Child process of embedded-kill.test.ts: takes over the old file beside argv[2], and prints a line for each step. */
const clock = { now: () => 20_613 * 86_400_000 };
const file = process.argv[2]!;
const telemetry = createEmbeddedTelemetry({ file, retention, clock, log: createLogger('silent') });
for (;;) {
  await telemetry.upkeep();
  process.stdout.write('step\n');
  await sleep(1);
}
