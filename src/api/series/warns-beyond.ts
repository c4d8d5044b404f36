import type { Channel } from '../../model/channel.ts';
import type { DeviceType } from '../../model/device-type.ts';
import { compileType } from '../../rules/compile.ts';
import { DeviceJudge } from '../../rules/device-judge.ts';
import { compileCondition } from '../../rules/language/expression.ts';
import { nowhere, type Surroundings } from '../../rules/language/surroundings.ts';

/** Of a window of a rule no more readings than these. */
const mostReadings = 200;

/** What a condition compares a channel with, in the channel's unit. */
export interface ComparedWith {
  when: string;
  channel: Channel;
  value: number;
  direction: 'above' | 'below';
}

/**
 * Whether what a channel is compared with is a limit to be warned of: it is when the condition can be true far beyond it,
 * once readings have got there, whatever else is measured and whatever the hour. So a limit beyond which a sensor must
 * not stand still is none (`level > 5 cm && !changed(level)`), nor is one up to which something is announced
 * (`level < 27 cm && timeTo(level, 27 cm, 30 min) < 20 min`), or that ends a band.
 */
export function warnsBeyond(
  type: DeviceType,
  ruleId: string,
  { when, channel, value, direction }: ComparedWith,
  around: Surroundings,
): boolean {
  let truth = Number.NaN;
  const level = { severity: 'blue' as const, when, forMs: 0, clear: null, clearForMs: 0 };
  const rules = type.rules
    .filter(({ id }) => id === ruleId)
    .map(({ rearm, ...rule }) => ({ ...rule, levels: [level] }));
  const compiled = compileType({ ...type, rules }, undefined, undefined, (text, scope) => {
    const condition = compileCondition(text, scope);
    return {
      ...condition,
      evaluate(context) {
        truth = condition.evaluate(context);
        return truth;
      },
    };
  });
  // Of what is around the device its limits alone are known, not even the hour.
  const limit: Surroundings['limit'] = (name, measure) => around.limit(name, measure);
  const limits: Surroundings = { ...nowhere, offsetMs: () => Number.NaN, limit };
  const judge = new DeviceJudge('', compiled, 0, limits);
  const longestMs = Math.max(0, ...compiled.windows.map(({ spanMs }) => spanMs));
  const apartMs = Math.max(type.periodMs, longestMs / mostReadings);
  const steps = Math.ceil(longestMs / apartMs) + 3;
  const [sign, reach] = direction === 'above' ? [1, channel.max - value] : [-1, value - channel.min];
  const step = (sign * Math.max(reach, (channel.max - channel.min) / mostReadings)) / (2 * steps);
  // Short of it for as long as windows look back, then further and further beyond, until they look at nothing else.
  for (let i = -steps; i <= 2 * steps; i++) {
    const at = (steps + i) * apartMs;
    const values = { [channel.name]: value + step * (i <= 0 ? -1 : i) };
    judge.judge([{ deviceId: '', measuredAt: at, receivedAt: at, values }], 0, Number.POSITIVE_INFINITY, [], []);
  }
  return truth !== 0;
}
