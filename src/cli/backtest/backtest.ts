import { arriving } from '../../backtest/arrival.ts';
import { Backtest } from '../../backtest/backtest.ts';
import type { DataOptions } from '../../backtest/data/data-options.ts';
import { DataReport } from '../../backtest/data/data-report.ts';
import { readData } from '../../backtest/data/read-data.ts';
import { decodeLimits } from '../../devices/decode.ts';
import type { Sample } from '../../model/sample.ts';
import { loadSettings } from '../../settings/load.ts';
import { steadyClock } from '../../shared/clock.ts';
import type { Outcome } from '../main.ts';
import { type BacktestArguments, Misunderstood, readArguments } from './arguments.ts';
import { jsonReport } from './json-report.ts';
import { LocalTimes } from './local-times.ts';
import { report } from './report.ts';
import { texts } from './texts.ts';
import { trialRules, typeNamed } from './trial-rules.ts';
import { usage } from './usage.ts';

/** `backtest`: tries rules on readings of the past, with the engine's own fold, and says what they would have said. */
export async function backtest(args: string[]): Promise<Outcome> {
  try {
    const asked = readArguments(args);
    return asked ? await run(asked) : { text: usage, ok: true };
  } catch (error) {
    if (error instanceof Misunderstood) return { text: `${error.message}\n\n${usage}`, ok: false, misunderstood: true };
    throw error;
  }
}

async function run(asked: BacktestArguments): Promise<Outcome> {
  const settings = loadSettings({ env: process.env });
  const type = typeNamed(asked.type, settings.devicesDir);
  const rules = trialRules(type, asked.rules);
  const against = asked.against === null ? null : trialRules(type, asked.against);
  const data = new DataReport();
  for (const { message } of [...rules.problems, ...(against?.problems ?? [])]) data.notes.add(message);
  const options: DataOptions = {
    type,
    device: asked.device,
    channel: asked.channel,
    named: asked.columns,
    zoneMs: asked.zone,
    limits: decodeLimits(settings.intake),
  };
  const judging = new Backtest({ rules, against, from: asked.from, to: asked.to });
  const began = steadyClock.now();
  for await (const samples of arriving(allData(asked.data, options, data), asked.arrival, rules.channelNames)) {
    judging.take(samples);
  }
  const result = judging.result();
  const seconds = Math.max(steadyClock.now() - began, 1) / 1000;
  const speed = Math.round(result.counts.readings / seconds);
  process.stderr.write(`${result.counts.readings} readings in ${seconds.toFixed(1)} s: ${speed} a second\n`);
  const parts = { result, data, against: asked.against };
  const times = new LocalTimes(asked.zone ?? settings.response.timeZone);
  return {
    text: asked.json ? jsonReport(parts, type.id) : report(parts, times, texts[asked.lang]),
    ok: result.counts.samples > 0,
  };
}

async function* allData(files: readonly string[], options: DataOptions, report: DataReport): AsyncGenerator<Sample[]> {
  for (const file of files) yield* readData(file, options, report);
}
