import { arriving } from '../../backtest/arrival.ts';
import { Backtest, forAll } from '../../backtest/backtest.ts';
import { askingBlindly, blindRules, silentBehind } from '../../backtest/blind-rules.ts';
import { DataReport } from '../../backtest/data/data-report.ts';
import { NotTold } from '../../backtest/not-told.ts';
import { Spacing } from '../../backtest/spacing.ts';
import { loadSettings } from '../../settings/load.ts';
import { steadyClock } from '../../shared/clock.ts';
import { LocalTimes } from '../../shared/local-times.ts';
import type { Outcome } from '../main.ts';
import { allData } from './all-data.ts';
import { answering } from './answering.ts';
import { type BacktestArguments, readArguments } from './arguments.ts';
import { DevicesTried } from './devices-tried.ts';
import { jsonReport } from './json-report.ts';
import { report } from './report.ts';
import { texts } from './texts.ts';
import { aroundFiles, trialRules, typesOf } from './trial-rules.ts';
import { usage } from './usage.ts';

/** `backtest`: tries rules on readings of the past, with the engine's own fold, and says what they would have said. */
export async function backtest(args: string[]): Promise<Outcome> {
  return await answering(usage, () => readArguments(args), run);
}

const nothingWithin = {
  zh: '--from 与 --to 之间没有读数，因此不会有告警。',
  en: 'No reading lies between --from and --to, so there can be no alarm.',
};

async function run(asked: BacktestArguments): Promise<Outcome> {
  const settings = loadSettings({ env: process.env });
  const typeOf = typesOf(asked, settings.devicesDir);
  const type = typeOf(asked.type);
  const rules = trialRules(type, asked.rules);
  const against = asked.against === null ? null : trialRules(type, asked.against);
  const data = new DataReport();
  for (const { text } of [...rules.problems, ...(against?.problems ?? [])])
    data.note({ zh: `有规则不可用：${text.zh}`, en: text.en });
  const devices = await DevicesTried.of(asked, typeOf);
  const heard = devices.asked();
  const notTold = new NotTold();
  const aroundOf = devices.within(aroundFiles(settings));
  const judging = new Backtest({
    rules: forAll(rules, heard),
    against: against && forAll(against, heard),
    from: asked.from,
    to: asked.to,
    known: (id) => devices.device(id),
    aroundOf: notTold.noting(aroundOf),
  });
  const spacing = new Spacing();
  const tried = new Set<string>();
  const came = new Set<string>();
  let within = false;
  const began = steadyClock.now();
  const samples = allData(asked, typeOf, devices, settings, data);
  for await (const batch of arriving(samples, asked.arrival, devices.channels())) {
    judging.take(batch);
    for (const { deviceId } of batch) came.add(deviceId);
    const own = batch.filter(({ deviceId }) => devices.isTried(deviceId));
    spacing.take(own);
    for (const { deviceId, measuredAt } of own) {
      tried.add(deviceId);
      within ||= measuredAt >= (asked.from ?? measuredAt) && measuredAt <= (asked.to ?? measuredAt);
    }
  }
  if (tried.size > 0 && !within) data.note(nothingWithin);
  const types = new Set([type.id, ...heard.keys()]);
  const around = Array.from(tried, (id) => aroundOf(devices.device(id)));
  const gaps = [...askingBlindly(rules, types, around), ...silentBehind(rules, around, came)];
  for (const note of [...blindRules(rules, spacing), ...gaps, ...notTold.notes]) data.note(note);
  const result = judging.result();
  const seconds = Math.max(steadyClock.now() - began, 1) / 1000;
  const speed = Math.round(result.counts.readings / seconds);
  process.stderr.write(`${result.counts.readings} readings in ${seconds.toFixed(1)} s: ${speed} a second\n`);
  const parts = { result, data, against: asked.against };
  const times = new LocalTimes(asked.zone ?? settings.response.timeZone);
  const silent = new Set(rules.silence.map(({ id }) => id));
  const text = asked.json ? jsonReport(parts, type.id, silent) : report(parts, times, texts[asked.lang]);
  return { text, ok: result.counts.samples > 0 };
}
