import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contender, limits } from './contender.ts';
import type { Reading } from './series.ts';

/** The part of Node-RED that is used here; it has no types of its own. */
interface NodeRed {
  init(server: unknown, settings: Record<string, unknown>): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  events: { once(event: 'flows:started', listener: () => void): void };
}
interface Runtime {
  _: { nodes: { getNode(id: string): { receive(message: unknown): void } } };
}

/** What one would write into a function node: state of each series in the flow's context, a message for each change. */
const body = `
const { limits, told } = global.get('bench');
const { series, at, value } = msg.payload;
const all = flow.get('all') || flow.set('all', new Map()) || flow.get('all');
let s = all.get(series);
if (!s) all.set(series, (s = { readings: [], since: null, high: false, mean: false, often: false }));
s.readings = s.readings.filter((r) => r.at > at - limits.meanOverMs);
s.readings.push({ at, value });
if (value >= limits.highCm) s.since = s.since === null ? at : s.since;
else if (value < limits.highClearCm || !s.high) s.since = null;
const high = s.since !== null && at - s.since >= limits.highForMs;
const mean = s.readings.reduce((sum, r) => sum + r.value, 0) / s.readings.length > limits.meanCm;
const often = s.readings.slice(-limits.nOf.of).filter((r) => r.value > limits.nOf.above).length >= limits.nOf.least;
let changes = 0;
if (high !== s.high) changes++;
if (mean !== s.mean) changes++;
if (often !== s.often) changes++;
Object.assign(s, { high, mean, often });
told(changes);
return changes > 0 ? msg : null;
`;

/** Node-RED with the three rules in a function node, in this process and fed without a socket: as fast as it can be. */
export class NodeRedContender implements Contender {
  changes = 0;
  readonly #red: NodeRed;
  readonly #dir: string;
  readonly #node: { receive(message: unknown): void };
  #taken = () => {};

  private constructor(red: NodeRed, dir: string, node: { receive(message: unknown): void }) {
    this.#red = red;
    this.#dir = dir;
    this.#node = node;
  }

  static async start(): Promise<NodeRedContender> {
    const dir = await mkdtemp(join(tmpdir(), 'tocsin-bench-flows-'));
    const flow = [
      { id: 'tab', type: 'tab', label: 'rules' },
      { id: 'rules', type: 'function', z: 'tab', func: body, outputs: 1, wires: [[]] },
    ];
    await writeFile(join(dir, 'flows.json'), JSON.stringify(flow));
    const require = createRequire(import.meta.url);
    const red = require('node-red') as NodeRed;
    const bench = { limits, told: (_changes: number) => {} };
    red.init(createServer(), {
      userDir: dir,
      flowFile: 'flows.json',
      httpAdminRoot: false,
      httpNodeRoot: false,
      functionGlobalContext: { bench },
      logging: { console: { level: 'off' } },
      telemetry: { enabled: false },
    });
    const started = new Promise<void>((resolve) => red.events.once('flows:started', resolve));
    await Promise.all([red.start(), started]);
    const runtime = createRequire(require.resolve('node-red'))('@node-red/runtime') as Runtime;
    const contender = new NodeRedContender(red, dir, runtime._.nodes.getNode('rules'));
    bench.told = (changes) => {
      contender.changes += changes;
      contender.#taken();
    };
    return contender;
  }

  async take(reading: Reading): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#taken = resolve;
      this.#node.receive({ payload: reading });
    });
  }

  async close(): Promise<void> {
    await this.#red.stop();
    await rm(this.#dir, { recursive: true });
  }
}
