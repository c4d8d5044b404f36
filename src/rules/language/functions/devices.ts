import type { Evaluate } from '../context.ts';
import type { Call, RuleFunction } from '../function.ts';
import { dimensionless, type Measure, percent } from '../measures.ts';
import type { PeerCounter } from '../surroundings.ts';
import type { NumberTyped } from '../typed.ts';
import { questionOf } from './place-asked.ts';

/** A number of devices: from those for which the condition holds to those for which it may. */
function counted(call: Call, measure: Measure, told: (devices: number, peers: PeerCounter) => number): NumberTyped {
  const question = questionOf(call, call.args, 'condition', 'level > 10 cm');
  const count =
    (of: (peers: PeerCounter) => number): Evaluate =>
    ({ around: { peers }, now }) => {
      if (!peers) return Number.NaN;
      peers.count(question, now);
      return told(of(peers), peers);
    };
  const run = count(({ holds }) => holds);
  return { kind: 'number', measure, run, most: count(({ holds, unknown }) => holds + unknown) };
}

const devices: RuleFunction = {
  name: 'devices',
  example: 'devices(grid, level > 10 cm) >= 3',
  takes: [2, 3],
  compile: (call) => counted(call, dimensionless, (devices) => devices),
};

const share: RuleFunction = {
  name: 'share',
  example: 'share(community, level > 10 cm) >= 50 %',
  takes: [2, 3],
  compile: (call) => counted(call, percent, (devices, { all }) => (100 * devices) / all),
};

/** How many devices around this one something holds for; itself included, but for those along its drainage. */
export const deviceFamily: RuleFunction[] = [devices, share];
