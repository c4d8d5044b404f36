import { newestTime, newestValue } from '../../windows/memory.ts';
import type { Evaluate, RuleContext } from '../context.ts';
import type { Call, RuleFunction } from '../function.ts';
import { metres } from '../measures.ts';
import { mistakes } from '../mistakes.ts';
import type { ASTNode } from '../parse.ts';
import { number, truth } from '../typed.ts';

/** What may stand for an area without quotation marks: those that the device's own place lies in. */
export const tierWords = ['grid', 'community', 'street', 'district'];

/** Where the device says it is: the channels of its fix, whose coordinates came together and not too long ago. */
interface Fix {
  latitude: number;
  longitude: number;
  known(context: RuleContext): boolean;
}

function fixOf({ expression, node, name }: Call): Fix {
  const index = (channel: string) => {
    if (expression.scope.channel(channel)) return expression.channelNamed(node, channel).index;
    return expression.fail(node, mistakes.positionNeeded(name, expression.scope.channelNames()));
  };
  const [latitude, longitude] = [index('latitude'), index('longitude')];
  const { maxGapMs } = expression.scope;
  const known = (c: RuleContext) =>
    newestTime(c.past, latitude) === newestTime(c.past, longitude) && c.now - newestTime(c.past, latitude) <= maxGapMs;
  return { latitude, longitude, known };
}

function nameIn(call: Call, node: ASTNode, kind: 'area' | 'place', allowed: readonly string[]): string {
  const { expression, name } = call;
  if (node.op === 'id' && allowed.includes(node.args)) return node.args;
  if (node.op !== 'value' || typeof node.args !== 'string')
    return expression.fail(node, mistakes.siteNameNeeded(name, kind, allowed));
  const names = expression.scope.names(kind);
  if (names && !names.includes(node.args))
    return expression.fail(node, mistakes.siteNameUnknown(kind, node.args, names));
  return node.args;
}

function inArea(name: 'inside' | 'outside'): RuleFunction {
  return {
    name,
    example: `${name}(community)`,
    takes: [1, 1],
    compile(call) {
      const area = nameIn(call, call.args[0]!, 'area', tierWords);
      const { latitude, longitude, known } = fixOf(call);
      const inside: Evaluate = (c) =>
        known(c) ? c.around.inside(area, newestValue(c.past, latitude), newestValue(c.past, longitude)) : Number.NaN;
      return truth(name === 'inside' ? inside : (c) => 1 - inside(c));
    },
  };
}

const distance: RuleFunction = {
  name: 'distance',
  example: 'distance(home) > 500 m',
  takes: [1, 1],
  compile(call) {
    const place = nameIn(call, call.args[0]!, 'place', ['home']);
    const { latitude, longitude, known } = fixOf(call);
    return number(metres, (c) =>
      known(c) ? c.around.distance(place, newestValue(c.past, latitude), newestValue(c.past, longitude)) : Number.NaN,
    );
  },
};

/** Where the device is, by its channels `latitude` and `longitude`. */
export const placeFamily: RuleFunction[] = [inArea('inside'), inArea('outside'), distance];
