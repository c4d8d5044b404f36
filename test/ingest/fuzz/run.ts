import type { Serializable } from 'node:child_process';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestDevice } from '../harness.ts';
import { publishOf, RawClient } from '../raw-client.ts';
import { anyPacket, goodConnect } from './packets.ts';
import { Random } from './random.ts';
import type { TargetReady, TargetState } from './target.ts';

/** Before memory is measured for the first time: until then the target compiles and grows its pools. */
const WARM_UP = 0.2;

export interface FuzzOptions {
  packets: number;
  seed: number;
}

export interface FuzzReport {
  packets: number;
  connections: number;
  /** Messages of the device that behaved, all of them acknowledged. */
  good: number;
  before: TargetState;
  after: TargetState;
}

/** Throws broken packets at a gateway in a process of its own, while one device behaves. Rejects when that device is not served. */
export async function fuzz({ packets, seed }: FuzzOptions): Promise<FuzzReport> {
  const target = fork(new URL('target.ts', import.meta.url), { execArgv: ['--expose-gc'] });
  try {
    const { port, devices, good } = await answerOf<TargetReady>(target);
    const report = { packets: 0, connections: 0, good: 0 };
    const behaving = await RawClient.signIn(port, good);

    /** Every device in a loop of its own, each with its own numbers: the order between them is the machine's. */
    async function until(total: number, round: number): Promise<void> {
      let finished = false;
      const misused = devices.map(async (device, index) => {
        const random = new Random(seed * 1000 + round * 100 + index);
        while (report.packets < total) {
          const sent = await misuse(random, port, device);
          report.packets += sent;
          report.connections++;
        }
      });
      const served = (async () => {
        while (!finished) {
          behaving.send(publishOf(good, '{"level":1}', { qos: 1, messageId: (report.good++ % 65_535) + 1 }));
          await behaving.next('puback');
        }
      })();
      await Promise.all(misused);
      finished = true;
      await served;
    }

    await until(packets * WARM_UP, 0);
    const before = await settled(target);
    await until(packets, 1);
    const after = await settled(target);
    target.send('stop');
    await once(target, 'exit');
    return { ...report, before, after };
  } finally {
    target.kill('SIGKILL');
  }
}

/** One connection; resolves with how many packets were sent on it. */
async function misuse(random: Random, port: number, device: TestDevice): Promise<number> {
  const client = await RawClient.open(port);
  let sent = 1;
  const broken = random.of([0, 2, 10, 50]);
  if (random.chance(85)) {
    client.send(random.chance(95) ? goodConnect(random, device) : anyPacket(random, device, 100));
    // Some do not wait for it.
    if (random.chance(80)) await come(client, 'connack');
  }
  const parts = Array.from({ length: 1 + random.below(60) }, () => anyPacket(random, device, broken));
  const together = random.chance(30);
  for (const part of together ? [Buffer.concat(parts)] : parts) {
    if (client.socket.destroyed) break;
    sent += together ? parts.length : 1;
    for (let at = 0; at < part.length; ) {
      const end = random.chance(70) ? part.length : at + 1 + random.below(part.length - at);
      client.socket.write(part.subarray(at, end));
      at = end;
      if (random.chance(30)) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  // Most let the broker come to the end of it, unless it has waited for the rest of a packet for long enough.
  if (random.chance(80)) {
    client.send({ cmd: 'pingreq' });
    await come(client, 'pingresp');
  }
  // Some end, some are torn off.
  if (random.chance(30)) client.socket.end();
  else if (random.chance(50)) client.socket.resetAndDestroy();
  else await client.cut();
  if (!client.socket.destroyed) client.socket.destroySoon();
  await client.closed;
  return sent;
}

async function come(client: RawClient, cmd: 'connack' | 'pingresp'): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, 300));
  await Promise.race([patience, client.next(cmd).catch(() => {})]);
}

/** The state of the target once all but the connection that behaves are gone. */
async function settled(target: ChildProcess): Promise<TargetState> {
  for (;;) {
    target.send('state');
    const state = await answerOf<TargetState>(target);
    if (state.connections <= 1) return state;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function answerOf<T>(target: ChildProcess): Promise<T> {
  const gone = once(target, 'exit').then(([code]) => {
    throw new Error(`The gateway has died with exit code ${code}.`);
  });
  const [answer] = await Promise.race([once(target, 'message') as Promise<[Serializable]>, gone]);
  return answer as T;
}
