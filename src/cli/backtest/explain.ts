import { parseArgs } from 'node:util';
import { arriving } from '../../backtest/arrival.ts';
import { DataReport } from '../../backtest/data/data-report.ts';
import { Explainer } from '../../backtest/explain/explain.ts';
import { Words } from '../../backtest/explain/words.ts';
import { heardTypes } from '../../backtest/heard-types.ts';
import { loadSettings } from '../../settings/load.ts';
import { LocalTimes } from '../../shared/local-times.ts';
import type { Outcome } from '../main.ts';
import { allData } from './all-data.ts';
import { answering } from './answering.ts';
import { type DataArguments, dataArguments, dataOptions, Misunderstood, timeArgument } from './data-arguments.ts';
import { DevicesTried } from './devices-tried.ts';
import { aroundFiles, trialRules, typesOf } from './trial-rules.ts';

const usage = `npm run tocsin -- explain --type <device type> --data <file> --rule <id> --at <time> [--device <id>] …

Says why a rule had, or had not, raised an alarm at a moment: which part of its condition held, for how long, and which
gap stopped it. The readings go through the engine's own fold once more.

  npm run tocsin -- explain --type flood-gauge --data docs/examples/flood-gauge.csv --zone +08:00 \\
    --rule waterlogging --at "2026-07-18 15:10"

  --rule <id>      the rule, with its type or without: waterlogging
  --at <time>      the moment, in measured time
  --device <id>    the device, where the file has several; otherwise the device of lines that name none
  --lang en|zh     language of what is printed
  --json           prints JSON, with the words in both languages

--type, --data, --rules, --devices, --channel, --column, --zone and --dates are as for backtest: npm run tocsin -- backtest --help`;

/** What was asked on the command line. */
interface ExplainArguments extends DataArguments {
  rule: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** `explain`: why a rule had, or had not, raised an alarm. */
export async function explain(args: string[]): Promise<Outcome> {
  return await answering(usage, () => readArguments(args), run);
}

async function run(asked: ExplainArguments): Promise<Outcome> {
  const settings = loadSettings({ env: process.env });
  const typeOf = typesOf(asked, settings.devicesDir);
  const type = typeOf(asked.type);
  const rules = trialRules(type, asked.rules);
  const words = new Words(new LocalTimes(asked.zone ?? settings.response.timeZone));
  const others = [...new Set(asked.data.map((one) => one.type))].filter((one) => one !== asked.type).map(typeOf);
  const devices = await DevicesTried.of(type, others, asked.devices);
  const aroundOf = devices.within(aroundFiles(settings));
  const heard = heardTypes([type, ...others]);
  const explainer = new Explainer(rules, asked, words, { known: (id) => devices.device(id), aroundOf, heard });
  const samples = allData(asked, typeOf, devices, settings, new DataReport());
  for await (const batch of arriving(samples, 'clocks', devices.channels())) explainer.take(batch);
  const answer = explainer.answer();
  return { text: asked.json ? JSON.stringify(answer, null, 2) : answer.text[asked.lang], ok: true };
}

function readArguments(args: string[]): ExplainArguments | null {
  const { values } = parsed(args);
  if (values.help) return null;
  const common = dataArguments(values);
  const at = timeArgument('at', values.at, common.zone);
  if (values.rule === undefined)
    throw new Misunderstood('--rule is missing: the rule to explain, such as waterlogging.');
  if (at === null) throw new Misunderstood('--at is missing: the moment to explain.');
  return { ...common, rule: values.rule, at };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: { ...dataOptions, rule: { type: 'string' }, at: { type: 'string' } } });
  } catch (error) {
    throw new Misunderstood(error instanceof Error ? error.message : String(error));
  }
}
