import { pino } from 'pino';
import { openJournalWriter } from '../../src/journal/writer.ts';

/**
 * Child process of kill.test.ts: appends to the journal in argv[2] without end and prints each offset and number once
 * it is acknowledged.
 */
const writer = await openJournalWriter({
  dir: process.argv[2]!,
  segmentBytes: 100_000,
  keepMs: 0,
  log: pino({ level: 'silent' }),
});
let number = writer.end(0);
let lines = '';

function put(): void {
  const mine = number++;
  const payload = Buffer.from(JSON.stringify({ number: mine, filler: 'x'.repeat(mine % 300) }));
  const frame = { deviceId: 'a', topic: 'tocsin/v1/a/up', via: 'mqtt', receivedAt: mine, payload } as const;
  writer.append(0, { kind: 'frame', frame }, (error, offset) => {
    if (error) throw error;
    if (lines === '') setImmediate(print);
    lines += `${offset} ${mine}\n`;
    put();
  });
}

function print(): void {
  process.stdout.write(lines);
  lines = '';
}

for (let index = 0; index < 50; index++) put();
