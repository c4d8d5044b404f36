import { Explainer } from '../../backtest/explain/explain.ts';
import { Words } from '../../backtest/explain/words.ts';
import type { ExplainRequest } from '../../model/backtest-request.ts';
import type { Device } from '../../model/device.ts';
import { typeIdOfRule } from '../../model/device-type.ts';
import type { Explanation } from '../../model/explanation.ts';
import type { RuleVersion } from '../../model/rule-version.ts';
import type { CompiledType } from '../../rules/compile.ts';
import type { RuleHistory } from '../../rules/versions/rule-history.ts';
import { warmUpMs } from '../../rules/warm-up.ts';
import { TocsinError } from '../../shared/errors.ts';
import { LocalTimes } from '../../shared/local-times.ts';
import type { Store } from '../../store/open.ts';
import { type AroundParts, askedAround } from './asked-around.ts';
import { type PastParts, pastOf } from './past-samples.ts';

const baselineMs = 8 * 86_400_000;
/** An alarm that has lasted longer is looked at from then on only: it would be read for minutes. */
const longestAlarmMs = 14 * 86_400_000;

export interface ExplainParts extends AroundParts, PastParts {
  device: Device;
  history: RuleHistory;
  store: Store;
  /** Zone of the times in words, IANA name. */
  timeZone: string;
}

/**
 * Folds once more what has come from a device, and from those that the rule asks, and listens to the rule as it was then.
 * @throws TocsinError NOT_FOUND for a rule that is not there, or was switched off.
 */
export async function runExplain(request: ExplainRequest, parts: ExplainParts): Promise<Explanation> {
  const { types, device, aroundOf } = parts;
  const { at } = request;
  const times = new LocalTimes(parts.timeZone);
  const compiled = rulesThen(request, parts, times);
  const words = new Words(times);
  const question = { device: device.id, rule: request.rule, at };
  const asked = compiled.rules.filter((rule) => isAsked(rule.id, request.rule));
  const around = await askedAround([device], () => asked, parts);
  const devices = [device, ...around.devices];
  const known = new Map(devices.map((one) => [one.id, one]));
  const { heard } = around;
  const explainer = new Explainer(compiled, question, words, { known: (id) => known.get(id), aroundOf, heard });
  const needed = Math.max(warmUpMs(compiled), asked.some((rule) => rule.usesBaseline) ? baselineMs : 0);
  const begin = Math.max(await raisedBefore(parts, request), at - longestAlarmMs) - needed;
  const typeOf = (one: Device) => types.get(one.type)!;
  const past = await pastOf({ devices, typeOf, from: begin, to: at + 1 }, parts);
  for await (const { samples } of past.pieces) explainer.take(samples);
  return explainer.answer();
}

/** The rules that judged the device at the moment that is asked for; for a rule that nobody had made by then, those of now. */
function rulesThen({ rule, at }: ExplainRequest, { history, device }: ExplainParts, times: LocalTimes): CompiledType {
  const then = history.at(history.versionAt(at));
  const compiled = then.rulesOf(device)!;
  if ([...compiled.rules, ...compiled.silence].some(({ id }) => isAsked(id, rule))) return compiled;
  for (const [id, version] of then.off(then.placeOf(device)))
    if (isAsked(id, rule)) throw switchedOff(id, version, times);
  return history.at().rulesOf(device)!;
}

function switchedOff(id: string, { version, at }: RuleVersion, times: LocalTimes): TocsinError {
  const since = times.write(at);
  return new TocsinError('NOT_FOUND', {
    zh: `规则 ${id} 在此自 ${since} 起停用（第 ${version} 版），当时不判断；请问停用之前的时刻。`,
    en: `The rule ${id} was switched off here from ${since} on (version ${version}), and judged nothing then; ask for a moment before.`,
  });
}

/** When the alarm of the record began that was active then; else the moment itself. */
async function raisedBefore({ store, device }: ExplainParts, { rule, at }: ExplainRequest): Promise<number> {
  const ruleId = rule.includes('/') ? rule : `${device.type}/${rule}`;
  const found = await store
    .selectFrom('alarm')
    .select('raisedAt')
    .where('deviceId', '=', device.id)
    .where('ruleId', '=', ruleId)
    .where('raisedAt', '<=', at)
    .where((e) => e.or([e('clearedAt', 'is', null), e('clearedAt', '>=', at)]))
    .orderBy('raisedAt')
    .limit(1)
    .executeTakeFirst();
  return found?.raisedAt ?? at;
}

function isAsked(id: string, asked: string): boolean {
  return id === asked || id === `${typeIdOfRule(id)}/${asked}`;
}
