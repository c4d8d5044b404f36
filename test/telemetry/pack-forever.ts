import { createLogger } from '../../src/shared/logger.ts';
import { createEmbeddedTelemetry } from '../../src/telemetry/embedded.ts';
import { batchOf, batchSize, endOf, retention } from './numbered-readings.ts';

/**
 * Child process of embedded-kill.test.ts and embedded-full-disk.test.ts: writes numbered readings to the file in
 * argv[2], from the number in argv[3], and packs them all the while. Prints the number behind each batch once it is
 * written, and `failed` for a batch that cannot be.
 */
let number = Number(process.argv[3]);
const clock = { now: () => endOf(number) };
const file = process.argv[2]!;
const telemetry = createEmbeddedTelemetry({ file, retention, clock, log: createLogger('silent') });
await telemetry.prepare();
for (let turn = 0; ; turn++) {
  try {
    await telemetry.write(batchOf(number));
    number += batchSize;
    process.stdout.write(`${number}\n`);
  } catch {
    process.stdout.write('failed\n');
  }
  try {
    if (turn % 8 === 0) await telemetry.pack();
    else for (let step = 0; step < 3; step++) await telemetry.upkeep();
  } catch {
    process.stdout.write('not packed\n');
  }
  // Lets the lines go out.
  await new Promise((resolve) => setImmediate(resolve));
}
