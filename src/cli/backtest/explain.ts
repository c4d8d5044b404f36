import { parseArgs } from 'node:util';
import { arriving } from '../../backtest/arrival.ts';
import { DataReport } from '../../backtest/data/data-report.ts';
import { Explainer } from '../../backtest/explain/explain.ts';
import { Words } from '../../backtest/explain/words.ts';
import { heardTypes } from '../../backtest/heard-types.ts';
import { namedDevices } from '../../backtest/named-devices.ts';
import type { Sample } from '../../model/sample.ts';
import { loadSettings } from '../../settings/load.ts';
import { LocalTimes } from '../../shared/local-times.ts';
import type { Outcome } from '../main.ts';
import { allData } from './all-data.ts';
import { answering } from './answering.ts';
import { type DataArguments, dataArguments, dataOptions, Misunderstood, timeArgument } from './data-arguments.ts';
import { DevicesTried } from './devices-tried.ts';
import { texts } from './texts.ts';
import { aroundFiles, trialRules, typesOf } from './trial-rules.ts';

const usage = `npm run tocsin -- explain --type <device type> --data <file> --rule <id> --at <time> [--device <id>] …

Says why a rule had, or had not, raised an alarm at a moment: which part of its condition held, for how long, and which
gap stopped it. The readings go through the engine's own fold once more.

  npm run tocsin -- explain --type flood-gauge --data docs/examples/flood-gauge.csv --zone +08:00 \\
    --rule waterlogging --at "2026-07-18 15:10"

  --rule <id>      the rule, with its type or without: waterlogging
  --at <time>      the moment, in measured time
  --device <id>    the device, where the files have several; also the device of lines that name none
  --lang en|zh     language of what is printed
  --json           prints JSON, with the words in both languages

--type, --data, --rules, --devices, --channel, --column, --zone and --dates are as for backtest: npm run tocsin -- backtest --help`;

/** What was asked on the command line. */
interface ExplainArguments extends DataArguments {
  /** The device that was named; null: none was. */
  asked: string | null;
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
  const devices = await DevicesTried.of(asked, typeOf);
  const aroundOf = devices.within(aroundFiles(settings));
  const heard = new Map([...heardTypes([type]), ...devices.asked()]);
  const around = { known: (id: string) => devices.device(id), aroundOf, heard };
  const found = new Set<string>();
  const samples = noting(allData(asked, typeOf, devices, settings, new DataReport()), devices, found);
  let explainer: Explainer | null = null;
  // Sorted by their receipt: when the first come, all have been read, and it is known which devices there are.
  for await (const batch of arriving(samples, 'clocks', devices.channels())) {
    explainer ??= new Explainer(rules, { ...asked, device: deviceMeant(asked, found) }, words, around);
    explainer.take(batch);
  }
  if (!explainer) return { text: texts[asked.lang].nothingRead, ok: false };
  const answer = explainer.answer();
  return { text: asked.json ? JSON.stringify(answer, null, 2) : answer.text[asked.lang], ok: true };
}

/** Notes the devices whose rules can be explained. */
async function* noting(
  batches: AsyncIterable<Sample[]>,
  devices: DevicesTried,
  found: Set<string>,
): AsyncGenerator<Sample[]> {
  for await (const samples of batches) {
    for (const { deviceId } of samples) if (devices.isTried(deviceId)) found.add(deviceId);
    yield samples;
  }
}

/** The device that was named, or else the only one. @throws Misunderstood */
function deviceMeant({ asked, type }: ExplainArguments, found: ReadonlySet<string>): string {
  const [first] = found;
  if (asked !== null && found.has(asked)) return asked;
  if (asked === null && first !== undefined && found.size === 1) return first;
  const has = first === undefined ? 'no readings' : `readings of ${namedDevices(found).en}`;
  if (asked !== null) throw new Misunderstood(`--device is ${asked}; of a ${type} the data has ${has}.`);
  throw new Misunderstood(`Of a ${type} the data has ${has}; say with --device which one is meant.`);
}

function readArguments(args: string[]): ExplainArguments | null {
  const { values } = parsed(args);
  if (values.help) return null;
  const common = dataArguments(values);
  const at = timeArgument('at', values.at, common.zone);
  if (values.rule === undefined)
    throw new Misunderstood('--rule is missing: the rule to explain, such as waterlogging.');
  if (at === null) throw new Misunderstood('--at is missing: the moment to explain.');
  return { ...common, asked: values.device ?? null, rule: values.rule, at };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: { ...dataOptions, rule: { type: 'string' }, at: { type: 'string' } } });
  } catch (error) {
    throw new Misunderstood(error instanceof Error ? error.message : String(error));
  }
}
