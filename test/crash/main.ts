import { parseArgs } from 'node:util';
import { crash } from './harness.ts';

const usage = `npm run test:crash [-- --rounds N --seed N]

Kills the real process (SIGKILL) while it runs, starts and stops, with 2,000 messages a second coming in, then compares
what is there with what was acknowledged and with an uninterrupted run. Some 3 s a round.
  --rounds N   how often it is killed   [20]
  --seed N     the same seed kills at the same moments   [made up, and printed]`;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string' }, help: { type: 'boolean' } },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
} else {
  const rounds = Number(values.rounds);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!(Number.isInteger(rounds) && rounds > 0 && Number.isInteger(seed))) {
    process.stderr.write(`${usage}\n`);
    process.exit(2);
  }
  process.stdout.write(`${rounds} rounds, seed ${seed}\n`);
  const report = await crash({ rounds, seed, say: (line) => process.stdout.write(`${line}\n`) });
  const { acknowledged, alarms, transitions, repeated, problems } = report;
  process.stdout.write(
    `${acknowledged} readings acknowledged, ${alarms} alarms, ${transitions} transitions, ${repeated} notifications repeated under their own key.\n`,
  );
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(problems.length === 0 ? 'Nothing lost, nothing doubled.\n' : `${problems.length} problems.\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
