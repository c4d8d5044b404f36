import { Explainer } from '../../backtest/explain/explain.ts';
import { Words } from '../../backtest/explain/words.ts';
import type { ExplainRequest } from '../../model/backtest-request.ts';
import type { Device } from '../../model/device.ts';
import { typeIdOfRule } from '../../model/device-type.ts';
import type { Explanation } from '../../model/explanation.ts';
import type { CompiledType } from '../../rules/compile.ts';
import type { RuleHistory } from '../../rules/versions/rule-history.ts';
import { warmUpMs } from '../../rules/warm-up.ts';
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
 * @throws TocsinError NOT_FOUND for a rule that is not there.
 */
export async function runExplain(request: ExplainRequest, parts: ExplainParts): Promise<Explanation> {
  const { types, device, aroundOf } = parts;
  const { at } = request;
  const words = new Words(new LocalTimes(parts.timeZone));
  const off = switchedOff(request, parts, words);
  if (off) return off;
  const compiled = rulesThen(request, parts);
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
function rulesThen({ rule, at }: ExplainRequest, { history, device }: ExplainParts): CompiledType {
  const then = history.at(history.versionAt(at)).rulesOf(device)!;
  if ([...then.rules, ...then.silence].some(({ id }) => isAsked(id, rule))) return then;
  return history.at().rulesOf(device)!;
}

/** The answer about a rule that was switched off for the device then; null when it was not. */
function switchedOff(
  { rule, at }: ExplainRequest,
  { history, device }: ExplainParts,
  words: Words,
): Explanation | null {
  const then = history.at(history.versionAt(at));
  const found = [...then.off(then.placeOf(device))].find(([id]) => isAsked(id, rule));
  if (!found) return null;
  const [id, { at: since, version }] = found;
  const off = { since, version };
  const nothing = {
    alarm: null,
    lastAt: null,
    maxGapMs: null,
    lastsUntil: null,
    faultSince: null,
    silence: null,
    rearm: null,
  };
  return { rule: id, device: device.id, at, ...nothing, off, levels: [], text: words.off(off) };
}

/**
 * When the alarm of the record began that was active then; else the moment itself. One that a new wave began goes by the
 * crest and the trough of the one before, and so on.
 */
async function raisedBefore({ store, device }: ExplainParts, { rule, at }: ExplainRequest): Promise<number> {
  const ruleId = rule.includes('/') ? rule : `${device.type}/${rule}`;
  let began = at;
  for (;;) {
    const found = await store
      .selectFrom('alarm')
      .select('raisedAt')
      .where('deviceId', '=', device.id)
      .where('ruleId', '=', ruleId)
      .where('raisedAt', '<=', began)
      .where((e) => e.or([e('clearedAt', 'is', null), e('clearedAt', '>=', began)]))
      .orderBy('raisedAt')
      .limit(1)
      .executeTakeFirst();
    if (!found || found.raisedAt >= began) return began;
    began = found.raisedAt;
  }
}

function isAsked(id: string, asked: string): boolean {
  return id === asked || id === `${typeIdOfRule(id)}/${asked}`;
}
