import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Harness, payloadOf } from './harness.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start();
});
afterEach(() => h.stop());

test('mosquitto_pub with a credential publishes; without, with a wrong one, on another topic it gets nowhere', async () => {
  const good = ['-u', 'a', '-P', h.a.secret, '-t', 'tocsin/v1/a/up'];
  expect(await publish(good)).toBe(0);
  // With an id of its own choosing, and none, and as MQTT 3.1.
  expect(await publish([...good, '-i', 'bench-3'])).toBe(0);
  expect(await publish([...good, '-V', 'mqttv31', '-i', 'bench-4'])).toBe(0);
  expect((await h.entries()).map(payloadOf)).toEqual(Array(3).fill('{"level":7}'));

  expect(await publish(['-t', 'tocsin/v1/a/up'])).not.toBe(0);
  expect(await publish(['-u', 'a', '-P', 'wrong', '-t', 'tocsin/v1/a/up'])).not.toBe(0);
  expect(await publish(['-u', 'b', '-P', h.b.secret, '-t', 'tocsin/v1/a/up'])).not.toBe(0);
  expect(await h.refused('CREDENTIAL_INVALID')).toBe(2);
  expect(await h.refused('TOPIC_FORBIDDEN')).toBe(1);
  expect((await h.entriesOnceThere(4)).filter(({ kind }) => kind === 'frame').length).toBe(3);
});

/** Runs mosquitto_pub with QoS 1; resolves with its exit code. */
async function publish(options: string[]): Promise<number> {
  const port = String(h.gateway.ports.mqtt);
  const child = spawn('mosquitto_pub', ['-h', '127.0.0.1', '-p', port, '-q', '1', '-m', '{"level":7}', ...options], {
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  return code;
}
