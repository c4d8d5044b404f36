import type { DeviceType } from '../../model/device-type.ts';
import type { Rule } from '../../model/rule.ts';
import { TocsinError } from '../../shared/errors.ts';
import { compileType } from '../compile.ts';
import type { CompiledCondition } from '../language/context.ts';
import { compileCondition, compileNumber } from '../language/expression.ts';
import type { Measure } from '../language/measures.ts';
import type { Scope } from '../language/scope.ts';
import type { Asked, PeerPlace, PeerQuestion } from '../language/surroundings.ts';

const none = { zh: '-', en: '-' };

/**
 * What is asked of other devices, as a rule of its own on each of them.
 * @param asking the rule that asks; of devices of its own type its gap counts.
 * @throws TocsinError RULE_INVALID.
 */
export function peerQuestion(type: DeviceType, asking: Rule, where: PeerPlace, { asks, source }: Asked): PeerQuestion {
  const maxGapMs = type.id === asking.deviceType ? asking.maxGapMs : 3 * type.periodMs;
  const rule: Rule = {
    id: `${type.id}/asked`,
    deviceType: type.id,
    name: none,
    advice: none,
    source: none,
    levels: [{ severity: 'blue', when: source, forMs: 0, clear: null, clearForMs: 0 }],
    silentForMs: null,
    severity: 'blue',
    maxGapMs,
    onGap: 'restart',
  };
  let measure: Measure | null = null;
  const compileWhen = (text: string, scope: Scope): CompiledCondition => {
    if (asks === 'condition') return compileCondition(text, scope);
    const typed = compileNumber(text, scope);
    measure = typed.measure;
    return { source: text, evaluate: typed.run, may: null, parts: [] };
  };
  const compiledAlone = compileType({ ...type, rules: [rule] }, undefined, undefined, compileWhen);
  // What it asks of baselines is answered by those of the devices themselves.
  const probe = { ...compiledAlone, baselines: [] };
  const [problem] = probe.problems;
  if (problem)
    throw new TocsinError(
      'RULE_INVALID',
      { zh: `被询问的设备：${problem.said.zh}`, en: `of the devices that are asked: ${problem.said.en}` },
      problem.detail,
    );
  const [compiled] = probe.rules;
  if (compiled!.peers.length > 0)
    throw new TocsinError(
      'RULE_INVALID',
      {
        zh: `“${source}” 中：不能让别的设备再去问 devices、share 或 neighbours`,
        en: `in "${source}": devices, share and neighbours cannot be asked of others`,
      },
      { expression: source },
    );
  return { key: `${type.id} ${asks} ${compiled!.print} ${maxGapMs}`, where, type: type.id, probe, measure, maxGapMs };
}
