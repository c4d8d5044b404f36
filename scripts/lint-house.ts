import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/**
 * The rules of the house that the linter has no words for. `npm run lint` runs it; it prints what it looked at and
 * ends with 1 when something is wrong.
 */

/** The rooms, in the order in which the data passes: a room imports only rooms that stand before it. */
const rooms = [
  ['model', 'shared'],
  ['settings'],
  ['journal'],
  ['store'],
  ['devices'],
  ['ingest'],
  ['baseline'],
  ['rules'],
  ['alarms'],
  ['backtest'],
  ['notify'],
  ['response'],
  ['telemetry'],
  ['watch'],
  ['flows'],
  ['api'],
  ['roles'],
  ['app.ts'],
  ['main.ts', 'cli'],
].map((level, rank) => level.map((room) => [room, rank] as const));
const rankOf = new Map(rooms.flat());

const problems: string[] = [];
let edges = 0;

const roomOf = (path: string) => path.split('/')[1]!;
/** The API's contract, and the folder of its parts, which nobody else imports. */
const contract = 'src/api/contract.ts';
const contractParts = 'src/api/contract/';
const moreThanTypes = /^(?:import|export) (?!type\b)[^;]*\/api\/contract\.ts'/m;
const importPattern = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'|new URL\('(\.{1,2}\/[^']+\.ts)'/g;

function checkImports(file: string, text: string): void {
  for (const match of text.matchAll(importPattern)) {
    const target = normalize(join(dirname(file), (match[1] ?? match[2])!));
    if (target.startsWith(contractParts) && file !== contract && !file.startsWith(contractParts))
      problems.push(`${file} imports ${target}: ${contract} has all parts of the contract.`);
    if (file.startsWith('simulator/')) {
      if (target.startsWith('src/') && !isForClients(target))
        problems.push(
          `${file} imports ${target}: the simulator is a client, it knows only the API's contract and the model.`,
        );
      continue;
    }
    if (!target.startsWith('src/')) {
      problems.push(`${file} imports ${target}: src stands on its own.`);
      continue;
    }
    edges++;
    const [from, to] = [roomOf(file), roomOf(target)];
    if (from === to) continue;
    if (from === 'console') {
      if (!isForClients(target))
        problems.push(`${file} imports ${target}: the console knows only the API's contract and the model.`);
      else if (target === contract && moreThanTypes.test(text))
        problems.push(`${file} imports ${target}: only types of it, or the browser would load what checks requests.`);
      continue;
    }
    const [a, b] = [rankOf.get(from), rankOf.get(to)];
    if (a === undefined || b === undefined)
      problems.push(`${file} imports ${target}: not a room of docs/architecture.md.`);
    else if (a <= b)
      problems.push(
        `${file} imports ${target}: ${to} comes after ${from} in the flow of data; hand it in from src/app.ts, or move what both need to model.`,
      );
  }
}

function isForClients(target: string): boolean {
  return target === contract || target.startsWith('src/model/');
}

const files = globSync(['src/**/*.{ts,vue}', 'simulator/**/*.ts'], { exclude: ['**/node_modules/**', '**/dist/**'] });
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  checkImports(file, text);
  if (!file.startsWith('src/') || file.startsWith('src/console/')) continue;
  if (/\bDate\.now\(\)|new Date\(\)/.test(text) && file !== 'src/shared/clock.ts')
    problems.push(`${file} asks the machine for the time: take a Clock, so that a test can hold it still.`);
  if (/process\.env\b/.test(text) && !/^src\/(settings\/|main\.ts|cli\/)/.test(file) && !file.startsWith('src/flows/'))
    problems.push(`${file} reads the environment: settings come from src/settings, once.`);
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(
  `${files.length} files, ${edges} imports within src: ${problems.length} against the rules of the house.\n`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
