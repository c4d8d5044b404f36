import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type FlowsHost, type FlowsOptions, startFlows } from '../../../src/flows/host.ts';
import { Settings } from '../../../src/settings/schema.ts';
import { createLogger } from '../../../src/shared/logger.ts';
import { token } from './tocsin.ts';

interface Given {
  dir: string;
  /** Flows to run; left out, those of the repository. */
  nodes?: object[];
  apiUrl?: string;
  editor?: boolean;
  webhookUrl?: string;
  patience?: FlowsOptions['patience'];
}

/** Node-RED as Tocsin runs it, ended after the test. */
export async function startTestFlows(given: Given): Promise<FlowsHost> {
  const { dir, nodes, editor = false, webhookUrl } = given;
  let flowsDir = 'flows';
  if (nodes) {
    flowsDir = path.join(dir, 'flows');
    await mkdir(flowsDir, { recursive: true });
    await writeFile(path.join(flowsDir, 'flows.json'), JSON.stringify(nodes));
  }
  const flows = await startFlows({
    settings: Settings.parse({ flows: { dir: flowsDir, editor, webhookUrl } }),
    dataDir: path.join(dir, 'data'),
    log: createLogger('silent'),
    apiUrl: given.apiUrl ?? 'http://127.0.0.1:9',
    token,
    ...(given.patience ? { patience: given.patience } : {}),
  });
  onTestFinished(() => flows.close());
  return flows;
}

/** A flow of its own tab: each node is wired as it says. */
export function flow(...nodes: { id: string; type: string; [key: string]: unknown }[]): object[] {
  return [
    { id: 'tab', type: 'tab', label: 'test' },
    { id: 'server', type: 'tocsin-server', name: '', url: '' },
    // Without a place on the tab they would be configuration.
    ...nodes.map((node) => ({ z: 'tab', x: 100, y: 100, wires: [], ...node })),
  ];
}

/** `alarm in` that lets everything pass, wired to `to`. */
export function alarmIn(to: string, config: Record<string, unknown> = {}) {
  const kinds = { raised: true, severity: true, continued: true, acknowledged: true, cleared: true };
  return {
    id: 'in',
    type: 'tocsin-alarm-in',
    server: 'server',
    ...kinds,
    minSeverity: 'blue',
    wires: [[to]],
    ...config,
  };
}

/** Tells the test's Tocsin what came to it, as a note on the case: `{change} {alarm}`. */
export const tell = [
  {
    id: 'say',
    type: 'function',
    func: "msg.note = msg.change + ' ' + msg.payload.id + ' ' + msg.payload.severity; return msg;",
    outputs: 1,
    wires: [['note']],
  },
  { id: 'note', type: 'tocsin-case-update', server: 'server', action: 'note', note: 'note', noteType: 'msg' },
];
