import { afterEach, beforeEach, expect, test } from 'vitest';
import { TocsinError } from '../../src/shared/errors.ts';
import { type StartedWorker, serveWorker, startWorker } from '../../src/shared/worker.ts';
import type { AskerFunctions, EchoFunctions } from './fixtures/echo.ts';

let worker: StartedWorker<EchoFunctions>;
let told: Promise<string>;

beforeEach(() => {
  const heard = Promise.withResolvers<string>();
  told = heard.promise;
  worker = startWorker<EchoFunctions, AskerFunctions>(
    new URL('./fixtures/echo.worker.ts', import.meta.url),
    { greeting: 'Hello' },
    { halve: async (value) => value / 2, told: heard.resolve },
  );
});

afterEach(async () => {
  await worker.terminate();
});

test('calls go both ways and events need no answer', async () => {
  expect(await worker.remote.greet('Town')).toBe('Hello, Town');
  expect(await worker.remote.double(21)).toBe(42);
  await worker.remote.tell('news');
  expect(await told).toBe('news');
});

test('a TocsinError keeps code, message, status and detail, even where the detail cannot be cloned', async () => {
  const error = await worker.remote.refuse({ device: 'gauge-1' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TocsinError);
  expect(error).toMatchObject({
    name: 'TocsinError',
    code: 'NOT_FOUND',
    status: 404,
    message: 'There is no such device.',
    detail: { device: 'gauge-1', cannotBeSent: '() => 1' },
  });
});

test('another error keeps name and message, and the thread goes on', async () => {
  await expect(worker.remote.fail()).rejects.toMatchObject({ name: 'RangeError', message: 'out of range' });
  expect(await worker.remote.greet('again')).toBe('Hello, again');
});

test('what cannot be sent is an error of the call, in either direction', async () => {
  await expect(worker.remote.unsendable()).rejects.toThrow(/could not be cloned/);
  await expect(worker.remote.refuse({ question: () => 1 })).rejects.toThrow(/could not be cloned/);
  expect(await worker.remote.greet('again')).toBe('Hello, again');
});

test('calls under way and later ones reject when the thread fails, with the reason', async () => {
  const waiting = worker.remote.never();
  const crashing = worker.remote.crash();
  await expect(crashing).rejects.toThrow('The thread echo.worker.ts has failed: broken pipe in the cellar');
  await expect(waiting).rejects.toThrow(/broken pipe/);
  expect(await worker.ended).toBe('broken pipe in the cellar');
  await expect(worker.remote.greet('anyone')).rejects.toThrow(/has failed: broken pipe/);
});

test('calls reject after an ordinary end', async () => {
  expect(await worker.remote.greet('first')).toBe('Hello, first');
  await worker.terminate();
  expect(await worker.ended).toMatch(/^exit code/);
  await expect(worker.remote.greet('late')).rejects.toThrow(/has ended with exit code/);
});

test('the main thread cannot serve as a worker', () => {
  expect(() => serveWorker({})).toThrow(/worker thread/);
});
