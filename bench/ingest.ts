import { TocsinProcess } from '../test/support/tocsin-process.ts';
import { Child } from './child.ts';
import type { LoadTask } from './load.ts';
import { p50, round } from './statistics.ts';

const clientCount = 1_000;
const seconds = 5;
/** Both brokers take turns, since the machine's own speed drifts. */
const rounds = 3;

export interface IngestResult {
  clients: number;
  bareAedesPerSecond: number;
  tocsinPerSecond: number;
  /** Median of the rounds' ratios. */
  ratio: number;
}

/** QoS 1 messages of 150 bytes acknowledged a second, 1,000 clients with one in flight each: bare Aedes and Tocsin. */
export async function benchIngest(): Promise<IngestResult> {
  const bare = new Child('./bare-aedes.ts');
  const { port: barePort } = await bare.message<{ port: number }>();
  const tocsin = await TocsinProcess.start({ TOCSIN_LOG_LEVEL: 'warn' });
  try {
    await tocsin.makeAreas();
    const clients = await tocsin.makeDevices('flood-gauge', clientCount);
    const bareRates: number[] = [];
    const tocsinRates: number[] = [];
    for (let i = 0; i < rounds; i++) {
      bareRates.push(await load({ port: barePort, clients: clients.map(({ id }) => ({ id })), seconds }));
      tocsinRates.push(await load({ port: tocsin.mqttPort, clients, seconds }));
    }
    return {
      clients: clientCount,
      bareAedesPerSecond: round(p50(bareRates)),
      tocsinPerSecond: round(p50(tocsinRates)),
      ratio: round(p50(tocsinRates.map((rate, i) => rate / bareRates[i]!)), 2),
    };
  } finally {
    await tocsin.remove();
    await bare.end();
  }
}

async function load(task: LoadTask): Promise<number> {
  const child = new Child('./load.ts');
  child.process.send(task);
  const { perSecond } = await child.message<{ perSecond: number }>();
  await child.end();
  return perSecond;
}
