import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const stepBackFile = new URL('../../src/shared/step-back.ts', import.meta.url).href;

/** Nice values of the thread that runs this and, in a thread of its own, after stepping back. */
const inThread = `
  const { parentPort } = require('node:worker_threads');
  const { getPriority } = require('node:os');
  import(${JSON.stringify(stepBackFile)}).then(({ stepBack }) => {
    stepBack();
    parentPort.postMessage(getPriority(0));
  });
`;

test('a thread that steps back does so alone', async () => {
  const before = priorityOfMainThread();
  const worker = new Worker(inThread, { eval: true });
  const own = await new Promise<number>((resolve) => worker.once('message', resolve));
  await worker.terminate();
  expect(own).toBe(process.platform === 'linux' ? Math.max(10, before) : before);
  expect(priorityOfMainThread()).toBe(before);
});

function priorityOfMainThread(): number {
  if (process.platform !== 'linux') return 0;
  const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
}
