import { parseArgs } from 'node:util';
import { fuzz } from './run.ts';

const usage = `npm run test:fuzz [-- --packets N --seed N]

Throws broken MQTT packets at a gateway while one device behaves, and tells what became of its memory. The first fifth
is not measured. A million packets take some five minutes.
  --packets N   how many are sent                      [1000000]
  --seed N      the same seed makes the same packets   [made up, and printed]`;

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const packets = Number(values.packets);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e6) : Number(values.seed);
if (values.help) {
  process.stdout.write(`${usage}\n`);
} else if (!(Number.isInteger(packets) && packets > 0 && Number.isInteger(seed))) {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(`${packets} packets, seed ${seed}\n`);
  const since = performance.now();
  const report = await fuzz({ packets, seed });
  const { before, after, connections, good } = report;
  const seconds = Math.round((performance.now() - since) / 1000);
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const lines = [
    `${report.packets} packets on ${connections} connections in ${seconds} s; ${after.frames} frames were good enough to be taken.`,
    `The device that behaved: ${good} messages, all acknowledged.`,
    `Heap ${mb(before.heap)} → ${mb(after.heap)}, buffers ${mb(before.buffers)} → ${mb(after.buffers)}, process ${mb(before.rss)} → ${mb(after.rss)}.`,
    `Errors that escaped: ${after.errors.length}.`,
    ...after.errors.slice(0, 10),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = after.errors.length === 0 ? 0 : 1;
}
