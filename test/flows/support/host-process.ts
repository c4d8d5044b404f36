import path from 'node:path';
import { startFlows } from '../../../src/flows/host.ts';
import { Settings } from '../../../src/settings/schema.ts';
import { createLogger } from '../../../src/shared/logger.ts';

/** Runs flows as Tocsin's process does, for a test that kills it. Told the folder; tells where they are. */
const dir = process.argv[2]!;
const flows = await startFlows({
  settings: Settings.parse({ flows: { dir: path.join(dir, 'flows') } }),
  dataDir: path.join(dir, 'data'),
  log: createLogger('silent'),
  apiUrl: 'http://127.0.0.1:9',
  token: '',
});
process.send?.({ pid: flows.status().pid, url: flows.httpUrl, headers: flows.headers });
