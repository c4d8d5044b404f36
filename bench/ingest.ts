import { TocsinProcess } from '../test/support/tocsin-process.ts';
import { Child } from './child.ts';
import { brokerCores, loadCores, pin } from './cores.ts';
import type { LoadTask } from './load.ts';
import { p50, round } from './statistics.ts';

/** Many devices with one message each, as in a city, and few that send without waiting, as gateways do. */
const cases = [
  { clients: 1_000, inFlight: 1 },
  { clients: 50, inFlight: 20 },
];
const seconds = 5;
/** Both brokers take turns, since the machine's own speed drifts. */
const rounds = 3;

export interface IngestResult {
  clients: number;
  inFlight: number;
  bareAedesPerSecond: number;
  tocsinPerSecond: number;
  /** Median of the rounds' ratios. */
  ratio: number;
}

/**
 * QoS 1 messages of 150 bytes acknowledged a second: bare Aedes and Tocsin, which decodes, judges and keeps them
 * meanwhile. Each broker has all cores but one for itself, the load has that one.
 */
export async function benchIngest(): Promise<IngestResult[]> {
  const bare = new Child('./bare-aedes.ts');
  const { port: barePort } = await bare.message<{ port: number }>();
  pin(bare.process.pid!, brokerCores);
  const tocsin = await TocsinProcess.start({
    TOCSIN_LOG_LEVEL: 'warn',
    // 50 devices stand for a city here: each sends far more than one device may.
    TOCSIN_INTAKE_RATE_PER_DEVICE: 'off',
  });
  try {
    await tocsin.makeAreas();
    const devices = await tocsin.makeDevices('flood-gauge', Math.max(...cases.map(({ clients }) => clients)));
    pin(tocsin.pid, brokerCores);
    const results: IngestResult[] = [];
    for (const { clients: count, inFlight } of cases) {
      const clients = devices.slice(0, count);
      const bareRates: number[] = [];
      const tocsinRates: number[] = [];
      for (let i = 0; i < rounds; i++) {
        bareRates.push(await load({ port: barePort, clients: clients.map(({ id }) => ({ id })), inFlight, seconds }));
        tocsinRates.push(await load({ port: tocsin.mqttPort, clients, inFlight, seconds }));
      }
      results.push({
        clients: count,
        inFlight,
        bareAedesPerSecond: round(p50(bareRates)),
        tocsinPerSecond: round(p50(tocsinRates)),
        ratio: round(p50(tocsinRates.map((rate, i) => rate / bareRates[i]!)), 2),
      });
    }
    return results;
  } finally {
    await tocsin.remove();
    await bare.end();
  }
}

async function load(task: LoadTask): Promise<number> {
  const child = new Child('./load.ts');
  pin(child.process.pid!, loadCores);
  child.process.send(task);
  const { perSecond } = await child.message<{ perSecond: number }>();
  await child.end();
  return perSecond;
}
