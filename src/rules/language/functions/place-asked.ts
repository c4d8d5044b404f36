import { tiers } from '../../../model/area.ts';
import type { Call } from '../function.ts';
import { inMeasure, metres } from '../measures.ts';
import { mistakes } from '../mistakes.ts';
import type { ASTNode } from '../parse.ts';
import { type Asked, courses, type PeerPlace, type PeerQuestion } from '../surroundings.ts';

const words: readonly Exclude<PeerPlace, object>[] = [...tiers, ...courses];

/** Where the devices are: a word, or a length. */
function placeOf({ expression, name }: Call, node: ASTNode, asked: string): PeerPlace {
  const word = node.op === 'id' ? words.find((one) => one === node.args) : undefined;
  if (word) return word;
  if (node.op !== 'id') {
    const { measure, constant } = expression.number(node);
    if (measure.dimension === 'length' && constant !== undefined && constant > 0)
      return { withinM: inMeasure(constant, measure, metres) };
  }
  return expression.fail(node, mistakes.whereNeeded(name, words, asked));
}

/**
 * What a call asks of other devices: where they are, of which type where that is not the rule's own, and what.
 * @param args `where, asked` or `where, "type", asked`.
 */
export function questionOf(call: Call, args: readonly ASTNode[], asks: Asked['asks'], example: string): PeerQuestion {
  const { expression } = call;
  const where = placeOf(call, args[0]!, example);
  const type = args.length === 3 ? expression.text(call, args[1]!) : null;
  const known = expression.scope.typeNames();
  if (type !== null && !known.includes(type)) return expression.fail(args[1]!, mistakes.deviceTypeUnknown(type, known));
  expression.scope.everySample();
  return expression.ask(where, type, { asks, source: expression.source.textOf(args.at(-1)!) });
}
