import { tiers } from '../../../model/area.ts';
import type { Call, RuleFunction } from '../function.ts';
import { dimensionless, inMeasure, metres, percent } from '../measures.ts';
import type { ASTNode } from '../parse.ts';
import { courses, type PeerPlace, type PeerQuestion } from '../surroundings.ts';
import type { NumberTyped } from '../typed.ts';

const words: readonly Exclude<PeerPlace, object>[] = [...tiers, ...courses];

/** Where the devices are: a word, or a length. */
function placeOf(call: Call, node: ASTNode): PeerPlace {
  const { expression, name } = call;
  const word = node.op === 'id' ? words.find((one) => one === node.args) : undefined;
  if (word) return word;
  if (node.op !== 'id') {
    const { measure, constant } = expression.number(node);
    if (measure.dimension === 'length' && constant !== undefined && constant > 0)
      return { withinM: inMeasure(constant, measure, metres) };
  }
  return expression.fail(node, `${name} counts in ${words.join(', ')}, or around: ${name}(500 m, level > 10 cm)`);
}

function questionOf(call: Call): PeerQuestion {
  const { expression, args } = call;
  const where = placeOf(call, args[0]!);
  const type = args.length === 3 ? expression.text(call, args[1]!) : null;
  if (type !== null && !expression.scope.typeNames().includes(type))
    return expression.fail(
      args[1]!,
      `there is no device type ${type}; there are ${expression.scope.typeNames().join(', ')}`,
    );
  expression.scope.everySample();
  return expression.scope.peers(where, type, expression.source.textOf(args.at(-1)!));
}

const devices: RuleFunction = {
  name: 'devices',
  example: 'devices(grid, level > 10 cm) >= 3',
  takes: [2, 3],
  compile(call): NumberTyped {
    const question = questionOf(call);
    return {
      kind: 'number',
      measure: dimensionless,
      run: ({ around: { peers }, now }) => {
        if (!peers) return Number.NaN;
        peers.count(question, now);
        return peers.holds;
      },
      most: ({ around: { peers }, now }) => {
        if (!peers) return Number.NaN;
        peers.count(question, now);
        return peers.holds + peers.unknown;
      },
    };
  },
};

const share: RuleFunction = {
  name: 'share',
  example: 'share(community, level > 10 cm) >= 50 %',
  takes: [2, 3],
  compile(call): NumberTyped {
    const question = questionOf(call);
    return {
      kind: 'number',
      measure: percent,
      run: ({ around: { peers }, now }) => {
        if (!peers) return Number.NaN;
        peers.count(question, now);
        return (100 * peers.holds) / peers.all;
      },
      most: ({ around: { peers }, now }) => {
        if (!peers) return Number.NaN;
        peers.count(question, now);
        return (100 * (peers.holds + peers.unknown)) / peers.all;
      },
    };
  },
};

/** How many devices around this one something holds for; itself included, but for those along its drainage. */
export const deviceFamily: RuleFunction[] = [devices, share];
