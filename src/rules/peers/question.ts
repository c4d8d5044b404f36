import type { DeviceType } from '../../model/device-type.ts';
import type { Rule } from '../../model/rule.ts';
import { TocsinError } from '../../shared/errors.ts';
import { compileType } from '../compile.ts';
import type { PeerPlace, PeerQuestion } from '../language/surroundings.ts';

const none = { zh: '-', en: '-' };

/**
 * What is asked of other devices, as a rule of its own on each of them.
 * @param own whether they are of the same type as the asking rule's, whose gap then counts.
 * @throws TocsinError RULE_INVALID.
 */
export function peerQuestion(type: DeviceType, asking: Rule, where: PeerPlace, condition: string): PeerQuestion {
  const maxGapMs = type.id === asking.deviceType ? asking.maxGapMs : 3 * type.periodMs;
  const rule: Rule = {
    id: `${type.id}/counted`,
    deviceType: type.id,
    name: none,
    advice: none,
    source: none,
    levels: [{ severity: 'blue', when: condition, forMs: 0, clear: null, clearForMs: 0 }],
    silentForMs: null,
    severity: 'blue',
    maxGapMs,
    onGap: 'restart',
  };
  const probe = compileType({
    ...type,
    channels: type.channels.map((one) => ({ ...one, baseline: false })),
    rules: [rule],
  });
  const [problem] = probe.problems;
  if (problem)
    throw new TocsinError('RULE_INVALID', `of the devices that are counted: ${problem.message}`, problem.detail);
  const [compiled] = probe.rules;
  if (compiled!.usesBaseline)
    throw new TocsinError(
      'RULE_INVALID',
      `in "${condition}": baseline, devices and share cannot be counted by devices`,
      {
        expression: condition,
      },
    );
  return { key: `${type.id} ${compiled!.print} ${maxGapMs}`, where, type: type.id, probe, maxGapMs };
}
