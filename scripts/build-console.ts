import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Builds the console when its dist folder is missing or older than any of its sources. Runs before `npm start`,
 * `npm run demo` and `npm test`; a build that is up to date costs a few milliseconds.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'src/console');
/** The console takes the API's contract and the model from the service's sources. */
const sources = [folder, ...['src/model', 'src/api/contract.ts', 'src/api/contract'].map((path) => join(root, path))];
const built = join(folder, 'dist/index.html');
/** Not sources of what is built. */
const skipped = new Set(['dist', 'node_modules']);

try {
  say(await bringUpToDate());
} catch (error) {
  process.stderr.write(`The console could not be built.\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function bringUpToDate(): Promise<string> {
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : null;
  const changedAt = Math.max(...sources.map(newestIn));
  if (builtAt !== null && builtAt >= changedAt) return 'The console is up to date.';

  const started = performance.now();
  const vite = await loadVite();
  if (!vite) {
    // A production image brings the built console and leaves the tools at home.
    if (builtAt !== null) return 'The console is used as it was built; Vite is not installed here.';
    throw new Error(
      'src/console/dist is missing, and so is Vite to build it: run "npm ci" (with development packages).',
    );
  }
  await vite.build({ configFile: join(folder, 'vite.config.ts'), logLevel: 'error' });
  return `The console was built in ${((performance.now() - started) / 1000).toFixed(1)} s.`;
}

async function loadVite(): Promise<typeof import('vite') | null> {
  try {
    return await import('vite');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** When the newest file was last changed, milliseconds since the epoch. */
function newestIn(path: string): number {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  const names = readdirSync(path).filter((name) => !skipped.has(name));
  return Math.max(0, ...names.map((name) => newestIn(join(path, name))));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
