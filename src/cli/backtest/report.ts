import type { DataReport } from '../../backtest/data/data-report.ts';
import type { TrialAlarm, TrialDifference, TrialResult } from '../../model/backtest.ts';
import type { LocalTimes } from '../../shared/local-times.ts';
import type { Texts } from './texts.ts';

/** Corrections that are written out for people; all are counted, and `--json` has more. */
const mostCorrections = 50;

export interface ReportParts {
  result: TrialResult;
  data: DataReport;
  /** Name of the rules that these are held against. */
  against: string | null;
}

/** A backtest for people: what happened in the order of time, how much of it, and how it differs. */
export function report({ result, data, against }: ReportParts, times: LocalTimes, texts: Texts): string {
  const { counts, ledger, first, last, difference } = result;
  const lines = ledger.flatMap((alarm) => stepsOf(alarm)).sort((a, b) => a.at - b.at);
  const device = Math.max(...ledger.map((alarm) => alarm.device.length), 0);
  const rule = Math.max(...ledger.map((alarm) => shortRule(alarm).length), 0);
  const write = (step: Step) =>
    [times.write(step.at), step.alarm.device.padEnd(device), shortRule(step.alarm).padEnd(rule), step.text(texts)].join(
      '  ',
    );
  const open = ledger.filter((alarm) => alarm.cleared === null);
  const text = [
    ...lines.map(write),
    ...open.map(
      (alarm) => `${' '.repeat(26)}  ${alarm.device.padEnd(device)}  ${shortRule(alarm).padEnd(rule)}  ${texts.active}`,
    ),
  ];
  if (text.length > 0) text.push('');
  if (first !== null && last !== null)
    text.push(texts.readings({ ...counts, first: times.write(first), last: times.write(last) }));
  else text.push(texts.nothingRead);
  text.push(counts.alarms === 0 ? texts.none : texts.alarms(counts.alarms));
  text.push(texts.byRule, ...Object.entries(counts.byRule).map(([id, number]) => `  ${id}  ${number}`));
  if (counts.stale > 0) text.push(texts.stale(counts.stale));
  if (difference && against !== null) {
    text.push('', texts.against(against), texts.difference(difference));
    for (const { rule: id, alarms } of difference.rulesAdded) text.push(texts.onlyHere(id, alarms));
    for (const { rule: id, alarms } of difference.rulesMissing) text.push(texts.onlyThere(id, alarms));
    text.push(...difference.alarms.map((one) => `  ${differenceText(one, times, texts)}`));
  }
  text.push(
    ...correctionsOf(result, times, texts),
    ...problemsOf(data, texts),
    ...data.notes.map((note) => note[texts.language]),
  );
  return text.join('\n');
}

interface Step {
  at: number;
  alarm: TrialAlarm;
  text(texts: Texts): string;
}

function stepsOf(alarm: TrialAlarm): Step[] {
  const steps = alarm.path.map(({ at, severity }, i): Step => {
    return { at, alarm, text: (texts) => `${i === 0 ? texts.raised : texts.step} ${texts.severity[severity]}` };
  });
  const { cleared, raised, count } = alarm;
  if (cleared !== null) {
    steps.push({
      at: cleared,
      alarm,
      text: (texts) => `${texts.cleared} ${texts.after(cleared - raised, count)}`,
    });
  }
  return steps;
}

function differenceText(one: TrialDifference, times: LocalTimes, texts: Texts): string {
  const { kind, rule, device } = one;
  const parts = [`${texts[kind]}  ${device}  ${rule}`];
  if (kind !== 'added') parts.push(alarmText(one.before, texts.active, times, texts));
  if (kind !== 'removed') parts.push(alarmText(one.now, texts.active, times, texts));
  return kind === 'changed' ? `${parts[0]}  ${parts[1]} → ${parts[2]}` : parts.join('  ');
}

function alarmText(
  { raised, cleared, path, count }: TrialAlarm,
  active: string,
  times: LocalTimes,
  texts: Texts,
): string {
  const severities = path.map(({ severity }) => texts.severity[severity]).join(' › ');
  const end = cleared === null ? active : times.write(cleared);
  return `${times.write(raised)} – ${end} (${severities}, ${texts.samples(count)})`;
}

function correctionsOf({ counts, corrections }: TrialResult, times: LocalTimes, texts: Texts): string[] {
  if (counts.corrections === 0) return [];
  const shown = corrections.slice(0, mostCorrections).map(({ kind, rule, device, at, receivedAt, before, now }) => {
    const alarms = [before, now]
      .flatMap((alarm) => (alarm ? [alarmText(alarm, texts.activeThen, times, texts)] : []))
      .join(' → ');
    return `  ${texts.correction[kind]}  ${device}  ${rule}  ${alarms}, ${texts.because(times.write(at), times.write(receivedAt))}`;
  });
  return ['', texts.corrections(counts.corrections), ...shown];
}

function problemsOf({ problems }: DataReport, texts: Texts): string[] {
  if (problems.count === 0) return [];
  const counts = Object.entries(problems.counts).map(([code, number]) => `${code} ${number}`);
  return [
    '',
    `${texts.problems(problems.count)} ${counts.join(', ')}`,
    ...problems.first.map(({ line, code, reason }) => `  ${texts.line(line)}: ${code}: ${reason}`),
  ];
}

/** A rule without the type that all of them are of. */
function shortRule({ rule }: TrialAlarm): string {
  return rule.slice(rule.indexOf('/') + 1);
}
