import type { Text } from '../../model/text.ts';
import { unitInFile } from '../../model/units.ts';
import { newestTime, newestValue } from '../windows/memory.ts';
import { exactly, isExact, mayCompare } from './bounds.ts';
import type { Compared, CompiledCondition, ConditionPart, Evaluate } from './context.ts';
import type { Call } from './function.ts';
import { functions } from './functions/table.ts';
import { dayOfWeek, dimensionless, inMeasure, measureOf, milliseconds, perHour, timeOfDay } from './measures.ts';
import { cures, mistakes } from './mistakes.ts';
import {
  and,
  type Comparison,
  compare,
  compareAtLeast,
  comparisons,
  minus,
  negative,
  not,
  or,
  over,
  plus,
  times,
  together,
} from './operators.ts';
import { type ASTNode, Source } from './parse.ts';
import type { ChannelInScope, Scope } from './scope.ts';
import type { Asked, PeerPlace, PeerQuestion } from './surroundings.ts';
import {
  constant,
  converted,
  isFixed,
  isPlain,
  type NumberTyped,
  number,
  plainTruth,
  type TruthTyped,
  type Typed,
  toldOf,
  truth,
} from './typed.ts';

/** A comparison, and what it compares where that can be told. */
type ComparedTruth = TruthTyped & Pick<ConditionPart, 'compared'>;

/** Words with a fixed value. */
const words = new Map<string, Typed>([
  // Severities as numbers, for channels that say one.
  ...['none', 'blue', 'yellow', 'orange', 'red'].map((w, i) => [w, constant(i, dimensionless)] as const),
  ...['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map(
    (w, i) => [w, constant(i + 1, dayOfWeek)] as const,
  ),
]);

/**
 * Compiles a condition of a rule.
 * @throws TocsinError RULE_INVALID with the expression, the place and what is allowed.
 */
export function compileCondition(text: string, scope: Scope): CompiledCondition {
  const expression = new Expression(new Source(text), scope);
  const parts: ConditionPart[] = [];
  const typed = expression.condition(expression.source.ast, parts);
  return { source: text, evaluate: typed.run, may: isPlain(typed) ? null : (typed.may ?? null), parts };
}

/**
 * Compiles an expression whose value is to be shown.
 * @throws TocsinError RULE_INVALID.
 */
export function compileValue(text: string, scope: Scope): NumberTyped | TruthTyped {
  const expression = new Expression(new Source(text), scope);
  const { ast } = expression.source;
  const typed = expression.compile(ast);
  return typed.kind === 'word' ? expression.fail(ast, mistakes.textTellsNumbers(typed.words)) : typed;
}

/**
 * Compiles an expression that is a number.
 * @throws TocsinError RULE_INVALID.
 */
export function compileNumber(text: string, scope: Scope): NumberTyped {
  const expression = new Expression(new Source(text), scope);
  return expression.number(expression.source.ast);
}

/** An expression that is being compiled, and what its functions need to compile their arguments. */
export class Expression {
  readonly source: Source;
  readonly scope: Scope;
  /** How many `||` lie before what is compiled now. */
  #branch = 0;
  /** What was asked of other devices so far. */
  readonly #asked: PeerQuestion[] = [];

  constructor(source: Source, scope: Scope) {
    this.source = source;
    this.scope = scope;
  }

  fail(node: ASTNode, mistake: Text): never {
    throw this.source.errorAt(node, mistake);
  }

  /** Asks something of other devices. @throws TocsinError RULE_INVALID. */
  ask(where: PeerPlace, type: string | null, asked: Asked): PeerQuestion {
    const question = this.scope.peers(where, type, asked);
    this.#asked.push(question);
    return question;
  }

  /** Compiles a condition and notes its parts. */
  condition(node: ASTNode, parts: ConditionPart[]): TruthTyped {
    if (node.op === '&&' || node.op === '||') {
      const a = this.condition(node.args[0], parts);
      if (node.op === '||') this.#branch++;
      const b = this.condition(node.args[1], parts);
      return node.op === '&&' ? and(a, b) : or(a, b);
    }
    if (node.op === '!_' && ['&&', '||'].includes(node.args.op)) return not(this.#turned(node.args, parts));
    const asked = this.#asked.length;
    const { compared, ...typed } = isComparison(node)
      ? this.#comparison(node)
      : { ...this.truth(node), compared: null };
    const asks = this.#asked.slice(asked);
    parts.push({ source: this.source.textOf(node), evaluate: typed.run, compared, branch: this.#branch, asks });
    return typed;
  }

  /** Notes the parts of what a `!` stands before: what they are compared with is no limit of the whole. */
  #turned(node: ASTNode, parts: ConditionPart[]): TruthTyped {
    const own: ConditionPart[] = [];
    const typed = this.condition(node, own);
    for (const part of own) parts.push({ ...part, compared: part.compared && { ...part.compared, channel: null } });
    return typed;
  }

  compile(node: ASTNode): Typed {
    switch (node.op) {
      case 'value':
        return this.#literal(node);
      case 'id':
        return this.#name(node, node.args);
      case '&&':
        return and(this.truth(node.args[0]), this.truth(node.args[1]));
      case '||':
        return or(this.truth(node.args[0]), this.truth(node.args[1]));
      case '!_':
        return not(this.truth(node.args));
      case '+':
      case '-': {
        const [left, right] = [this.number(node.args[0]), this.number(node.args[1])];
        this.#sameKind(node, left, right);
        return node.op === '+' ? plus(left, right) : minus(left, right);
      }
      case '*':
      case '/': {
        const [left, right] = [this.number(node.args[0]), this.number(node.args[1])];
        const result = node.op === '*' ? times(left, right) : over(left, right);
        return result ?? this.fail(node, mistakes.oneSideWithoutUnit(node.op));
      }
      case '-_':
        return negative(this.number(node.args));
      case 'call':
        return this.#call(node, node.args[0], node.args[1]);
      case '.':
        return this.#member(node, node.args[0], node.args[1]);
      default:
        if (isComparison(node)) return this.#comparison(node);
        return this.fail(node, mistakes.notPartOf(node.op));
    }
  }

  truth(node: ASTNode): TruthTyped {
    const typed = this.compile(node);
    if (typed.kind === 'truth') return typed;
    if (typed.kind === 'word') return this.fail(node, mistakes.conditionNotWord(typed.words));
    return this.fail(node, mistakes.conditionNeeded);
  }

  number(node: ASTNode): NumberTyped {
    const typed = this.compile(node);
    if (typed.kind === 'word') return this.fail(node, mistakes.numberNotWord(typed.words));
    return typed.kind === 'number' ? typed : this.fail(node, mistakes.numberNeeded);
  }

  /** The channel that a function is about. */
  channel(call: Call, node: ASTNode = call.args[0]!): ChannelInScope {
    const { name } = call;
    if (node.op !== 'id')
      return this.fail(node, mistakes.channelNeeded(name, exampleOf(name), this.scope.channelNames()));
    return this.channelNamed(node, node.args);
  }

  channelNamed(node: ASTNode, name: string): ChannelInScope {
    const channel = this.scope.channel(name);
    if (!channel) return this.fail(node, mistakes.channelUnknown(name, this.scope.channelNames()));
    this.scope.channels.add(channel.index);
    return channel;
  }

  /** A fixed duration, milliseconds. */
  duration(call: Call, node: ASTNode): number {
    const typed = this.compile(node);
    if (typed.kind === 'number' && typed.measure.dimension === 'time' && typed.constant !== undefined) {
      const ms = inMeasure(typed.constant, typed.measure, milliseconds);
      if (ms > 0) return ms;
    }
    return this.fail(node, mistakes.durationNeeded(call.name, exampleOf(call.name)));
  }

  /** A fixed text in quotation marks. */
  text(call: Call, node: ASTNode): string {
    if (node.op === 'value' && typeof node.args === 'string') return node.args;
    return this.fail(node, mistakes.nameNeeded(call.name, exampleOf(call.name)));
  }

  #literal(node: ASTNode): Typed {
    const value = node.args as unknown;
    if (typeof value === 'boolean') return plainTruth(() => Number(value));
    if (typeof value === 'number' || typeof value === 'bigint') return constant(Number(value), measureOf('1')!);
    return this.fail(node, mistakes.neitherNumberNorTruth(this.source.textOf(node)));
  }

  #name(node: ASTNode, name: string): Typed {
    const channel = this.scope.channel(name);
    const word = words.get(name);
    if (!channel && word) return word;
    const { index, measure, isSwitch, isMomentary } = this.channelNamed(node, name);
    if (isMomentary) return this.#moment(index);
    const { maxGapMs } = this.scope;
    const run: Evaluate = (c) =>
      c.now - newestTime(c.past, index) <= maxGapMs ? newestValue(c.past, index) : Number.NaN;
    return isSwitch ? plainTruth(run) : { ...number(measure, run), channel: index, bounds: exactly(run) };
  }

  /** Whether this very sample says that it happens: every other one of the device says that it does not. */
  #moment(index: number): TruthTyped {
    this.scope.everySample();
    return plainTruth(({ past, now }) => (newestTime(past, index) === now ? newestValue(past, index) : 0));
  }

  #comparison(node: ASTNode & { args: [ASTNode, ASTNode] }): ComparedTruth {
    const operator = node.op as Comparison;
    const [one, other] = [this.#side(node.args[0]), this.#side(node.args[1])];
    if (one === null || other === null || one.kind === 'word' || other.kind === 'word')
      return { ...truth(this.#words(node, one, other)), compared: null };
    if (one.kind === 'truth' || other.kind === 'truth') {
      if (one.kind !== other.kind || (operator !== '==' && operator !== '!='))
        return this.fail(node, this.#chained(node) ?? mistakes.truthComparedWithOther);
      return { ...truth(compare(operator, one.run, other.run)), compared: null };
    }
    this.#sameKind(node, one, other);
    const [left, right] = together(one, other) ?? this.fail(node, mistakes.differenceWithTemperature);
    if (left.most || right.most) return this.#between(node, left, right);
    // Told in the unit that stands in the rule.
    const shown = right.constant === undefined && left.constant !== undefined ? left.measure : right.measure;
    const limit = converted(right, left.measure);
    const told = converted(right, shown);
    const compared: Compared = {
      source: this.source.textOf(node.args[0]),
      value: toldOf(converted(left, shown)),
      limit: toldOf(told),
      unit: shown.unit,
      operator,
      channel: left.channel ?? null,
      constant: told.constant ?? null,
      fixed: isFixed(told),
    };
    const run = compareAtLeast(operator, left, limit);
    if (isExact(left) && isExact(limit)) return { ...plainTruth(run), compared };
    if (!left.bounds || !limit.bounds) return { ...truth(run), compared };
    return { ...truth(run), may: mayCompare(operator, left.bounds, limit.bounds, limit.constant), compared };
  }

  /** One side of a comparison; null for a text in quotation marks, which only its other side gives a meaning. */
  #side(node: ASTNode): Typed | null {
    return isText(node) ? null : this.compile(node);
  }

  /** Compares a word with one of those that it can be. */
  #words(node: ASTNode & { args: [ASTNode, ASTNode] }, left: Typed | null, right: Typed | null): Evaluate {
    const [known, said] = left === null ? [right, node.args[0]] : [left, node.args[1]];
    if (known?.kind !== 'word') return this.fail(said, mistakes.wordWithoutPartner);
    const operator = node.op as Comparison;
    if ((left !== null && right !== null) || (operator !== '==' && operator !== '!='))
      return this.fail(node, mistakes.wordCompared(known.words));
    const index = known.words.indexOf(String(said.args));
    if (index < 0) return this.fail(said, mistakes.wordNever(known.words));
    return compare(operator, known.run, () => index, index);
  }

  /** Compares what lies between two numbers with one that is known: true or false when it is so for both. */
  #between(node: ASTNode, left: NumberTyped, right: NumberTyped): ComparedTruth {
    const { most } = left;
    const operator = node.op as Comparison;
    if (!most || right.most || operator === '==' || operator === '!=') return this.fail(node, mistakes.devicesCompared);
    const limit = converted(right, left.measure).run;
    const [low, high] = [compare(operator, left.run, limit), compare(operator, most, limit)];
    const compared: Compared = {
      source: this.source.textOf((node as { args: [ASTNode, ASTNode] }).args[0]),
      value: left.run,
      limit,
      unit: left.measure.unit,
      operator,
      channel: null,
      constant: null,
      fixed: false,
    };
    const run: Evaluate = (c) => {
      const truth = low(c);
      return truth === high(c) ? truth : Number.NaN;
    };
    return { ...truth(run), compared };
  }

  #sameKind(node: ASTNode & { args: [ASTNode, ASTNode] }, left: NumberTyped, right: NumberTyped): void {
    if (left.measure.dimension === right.measure.dimension) return;
    const [a, b] = node.args.map((arg) => this.source.textOf(arg)) as [string, string];
    this.fail(node, mistakes.differentKinds([a, left.measure], [b, right.measure], cureOf([a, left], [b, right])));
  }

  /** `10 m < stage < 12 m`; null for what is no such thing. */
  #chained(node: ASTNode & { args: [ASTNode, ASTNode] }): Text | null {
    const [first, high] = node.args;
    if (!isComparison(first) || isComparison(high)) return null;
    const [low, value] = first.args;
    const [a, b, c] = [low, value, high].map((one) => this.source.textOf(one)) as [string, string, string];
    return mistakes.chainedComparison(a, b, c, [first.op, node.op]);
  }

  #call(node: ASTNode, name: string, args: readonly ASTNode[]): Typed {
    if (name === 'quantity') return constant(Number(args[0]!.args), measureOf(String(args[1]!.args))!);
    if (name === 'clock') return constant(Number(args[0]!.args) * 60_000, timeOfDay);
    const known = functions.get(name);
    if (!known) {
      const parts = partsOf(name);
      return this.fail(
        node,
        parts.length > 0 ? mistakes.partNeeded(name, parts) : mistakes.functionUnknown(name, [...functions.keys()]),
      );
    }
    const [least, most] = known.takes;
    if (args.length < least || args.length > most) return this.fail(node, mistakes.written(name, known.example));
    return known.compile({ name, args, node, expression: this });
  }

  #member(node: ASTNode, target: ASTNode, part: string): Typed {
    if (target.op !== 'call') return this.fail(node, mistakes.partOfNothing(part));
    const known = functions.get(`${target.args[0]}.${part}`);
    const parts = [...functions.keys()].filter((name) => name.startsWith(`${target.args[0]}.`));
    if (parts.length === 0) return this.fail(node, mistakes.noParts(target.args[0], part));
    if (!known) return this.fail(node, mistakes.partUnknown(part, parts));
    return known.compile({ name: known.name, args: target.args[1], node, expression: this });
  }
}

/** What may stand after a function: `.median`. */
function partsOf(name: string): string[] {
  return [...functions.keys()].filter((one) => one.startsWith(`${name}.`)).map((one) => one.slice(name.length));
}

function isText(node: ASTNode): boolean {
  return node.op === 'value' && typeof node.args === 'string';
}

/** What to write where one side is a length and the other a number, or a length in an hour. */
function cureOf(...sides: readonly [readonly [string, NumberTyped], readonly [string, NumberTyped]]): Text {
  const [[text, fixed], [, other]] = sides[0][1].constant === undefined ? ([sides[1], sides[0]] as const) : sides;
  const { unit: code, dimension } = perHour(other.measure);
  const unit = unitInFile(code);
  if (fixed.constant === undefined || unit === '') return cures.sameKind;
  if (fixed.measure.dimension === 'one') return cures.writeIt(`${text} ${unit}`);
  if (`${fixed.measure.dimension}/time` === dimension) return cures.writeIt(`${text}/h`);
  return cures.writeIn(unit);
}

function isComparison(node: ASTNode): node is ASTNode & { args: [ASTNode, ASTNode] } {
  return (comparisons as readonly string[]).includes(node.op);
}

function exampleOf(name: string): string {
  return functions.get(name)!.example;
}
