import { readFile } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import type { FromNodeRed, StartNodeRed } from './messages.ts';
import { nodeRedSettings } from './node-red-settings.ts';

/** The part of Node-RED that is used here; it has no types of its own. */
interface NodeRedModule {
  init(server: Server, settings: Record<string, unknown>): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  httpAdmin: RequestListener;
  httpNode: RequestListener;
  events: {
    on(event: 'flows:started', listener: () => void): void;
    on(event: 'runtime-event', listener: (event: RuntimeEvent) => void): void;
  };
}

interface RuntimeEvent {
  id: string;
  payload?: { error?: string; types?: string[] };
}

interface ExpressApp extends RequestListener {
  use(path: string, app: RequestListener): void;
}

export interface NodeRed {
  handler: RequestListener;
  stop(): Promise<void>;
}

/**
 * Starts Node-RED and waits until its flows run.
 * @throws Error in words for people when the flow file cannot be read or needs nodes that are not there: Node-RED itself
 * would wait for them without end, and start empty for the first.
 */
export async function startNodeRed(
  start: StartNodeRed,
  server: Server,
  tell: (message: FromNodeRed) => void,
): Promise<NodeRed> {
  await checkFlowFile(start.flowFile);
  const require = createRequire(import.meta.url);
  const red = require('node-red') as NodeRedModule;
  red.init(server, nodeRedSettings(start, tell));

  const flows = new Promise<void>((resolve, reject) => {
    red.events.on('flows:started', resolve);
    red.events.on('runtime-event', ({ id, payload }) => {
      if (id !== 'runtime-state' || payload?.error !== 'missing-types') return;
      const types = payload.types?.join(', ');
      reject(
        new Error(`The flows use node types that are not installed: ${types}. Take these nodes out of the flows.`),
      );
    });
  });
  await Promise.all([red.start(), flows]);

  // Express 4, the one that Node-RED brings: its `http in` node reads what only that one has.
  const express = createRequire(require.resolve('node-red'))('express') as () => ExpressApp;
  const app = express();
  if (start.editor) app.use('/red', red.httpAdmin);
  app.use('/hooks', red.httpNode);
  return { handler: app, stop: () => red.stop() };
}

async function checkFlowFile(file: string): Promise<void> {
  let nodes: unknown;
  try {
    nodes = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`The flows in ${file} cannot be read: ${(error as Error).message}`);
  }
  if (!Array.isArray(nodes)) throw new Error(`The flows in ${file} are no list of nodes.`);
}
