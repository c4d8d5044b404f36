/** What a command answers: text for standard output, and the exit code. */
export interface Outcome {
  text: string;
  ok: boolean;
  /** It did not understand what was asked of it: exit code 2, and the text is no answer. */
  misunderstood?: boolean;
}

const usage = `npm run tocsin -- <command>

  device check [folder …]   checks device types: files, examples through the decoder, rules; all of devices/ when none is named
  backtest --type <type> …  tries rules on readings of the past; --help says more
  explain --rule <id> …     says why a rule had, or had not, raised an alarm; --help says more
  detect --data <file> …    scores each row of a file by its own past, as the baseline does; --help says more
  settings                  shows every setting: its value, its environment variable, and what it is for
  replay --from <time> …    decodes frames again after a device type was corrected; --help says more
  password <login>          sets a new password for one who has lost it; --help says more
  audit verify              checks that nobody has changed the record of who did what

Each ends with 0 when all is well, with 1 when it found something, with 2 when it did not understand you.`;

type Command = (args: string[]) => Outcome | Promise<Outcome>;

/** Each loads what it needs when it is called: one that only shows settings starts in half the time. */
const commands: Record<string, () => Promise<Command>> = {
  'device check': async () => (await import('./device-check.ts')).deviceCheck,
  'audit verify': async () => (await import('./audit-verify.ts')).auditVerify,
  backtest: async () => (await import('./backtest/backtest.ts')).backtest,
  detect: async () => (await import('./detect.ts')).detect,
  explain: async () => (await import('./backtest/explain.ts')).explain,
  password: async () => (await import('./password.ts')).setPassword,
  replay: async () => (await import('./replay.ts')).replay,
  settings: async () => (await import('./settings-show.ts')).settingsShow,
};

const words = process.argv.slice(2);
const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((candidate) => candidate in commands);
if (name === undefined) {
  const asked = words.length === 0 || words.includes('--help') || words.includes('help');
  if (!asked) process.stderr.write(`There is no command "${words.join(' ')}".\n\n`);
  process.stdout.write(`${usage}\n`);
  process.exitCode = asked ? 0 : 2;
} else {
  try {
    const command = await commands[name]!();
    const { text, ok, misunderstood } = await command(words.slice(name.split(' ').length));
    (misunderstood ? process.stderr : process.stdout).write(`${text}\n`);
    process.exitCode = misunderstood ? 2 : ok ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
