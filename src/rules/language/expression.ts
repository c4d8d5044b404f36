import type { Compared, CompiledCondition, ConditionPart, Evaluate } from './context.ts';
import type { Call } from './function.ts';
import { functions } from './functions/table.ts';
import { dayOfWeek, dimensionless, inMeasure, measureOf, milliseconds, said, timeOfDay } from './measures.ts';
import {
  and,
  type Comparison,
  compare,
  comparisons,
  minus,
  negative,
  not,
  or,
  over,
  plus,
  times,
} from './operators.ts';
import { type ASTNode, Source } from './parse.ts';
import type { ChannelInScope, Scope } from './scope.ts';
import {
  constant,
  converted,
  isFixed,
  type NumberTyped,
  number,
  type TruthTyped,
  type Typed,
  truth,
  type WordTyped,
} from './typed.ts';

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
  const evaluate = expression.condition(expression.source.ast, parts);
  return { source: text, evaluate, parts };
}

/**
 * Compiles an expression whose value is to be shown.
 * @throws TocsinError RULE_INVALID.
 */
export function compileValue(text: string, scope: Scope): NumberTyped | TruthTyped {
  const expression = new Expression(new Source(text), scope);
  const { ast } = expression.source;
  const typed = expression.compile(ast);
  return typed.kind === 'word' ? expression.fail(ast, `a text tells numbers; ${comparedWith(typed)}`) : typed;
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

  constructor(source: Source, scope: Scope) {
    this.source = source;
    this.scope = scope;
  }

  fail(node: ASTNode, message: string): never {
    throw this.source.errorAt(node, message);
  }

  /** Compiles a condition and notes its parts. */
  condition(node: ASTNode, parts: ConditionPart[]): Evaluate {
    if (node.op === '&&' || node.op === '||') {
      const a = this.condition(node.args[0], parts);
      if (node.op === '||') this.#branch++;
      const b = this.condition(node.args[1], parts);
      return (node.op === '&&' ? and(a, b) : or(a, b)).run;
    }
    if (node.op === '!_' && ['&&', '||'].includes(node.args.op)) return not(this.#turned(node.args, parts)).run;
    const source = this.source.textOf(node);
    if (isComparison(node)) {
      const { evaluate, compared } = this.#comparison(node);
      parts.push({ source, evaluate, compared, branch: this.#branch });
      return evaluate;
    }
    const evaluate = this.truth(node);
    parts.push({ source, evaluate, compared: null, branch: this.#branch });
    return evaluate;
  }

  /** Notes the parts of what a `!` stands before: what they are compared with is no limit of the whole. */
  #turned(node: ASTNode, parts: ConditionPart[]): Evaluate {
    const own: ConditionPart[] = [];
    const evaluate = this.condition(node, own);
    for (const part of own) parts.push({ ...part, compared: part.compared && { ...part.compared, channel: null } });
    return evaluate;
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
        return result ?? this.fail(node, `"${node.op}" works with a number without unit on one side`);
      }
      case '-_':
        return negative(this.number(node.args));
      case 'call':
        return this.#call(node, node.args[0], node.args[1]);
      case '.':
        return this.#member(node, node.args[0], node.args[1]);
      default:
        if (isComparison(node)) return truth(this.#comparison(node).evaluate);
        return this.fail(node, `"${node.op}" is not part of the rule language; docs/rules.md has all of it`);
    }
  }

  truth(node: ASTNode): Evaluate {
    const typed = this.compile(node);
    if (typed.kind === 'truth') return typed.run;
    if (typed.kind === 'word') return this.fail(node, `a condition is true or false; ${comparedWith(typed)}`);
    return this.fail(node, 'a condition is true or false; compare this number with something, as in level > 27 cm');
  }

  number(node: ASTNode): NumberTyped {
    const typed = this.compile(node);
    if (typed.kind === 'word') return this.fail(node, `a number is needed here; ${comparedWith(typed)}`);
    return typed.kind === 'number' ? typed : this.fail(node, 'a number is needed here, not a condition');
  }

  /** The channel that a function is about. */
  channel(call: Call, node: ASTNode = call.args[0]!): ChannelInScope {
    const { name } = call;
    if (node.op !== 'id')
      return this.fail(node, `${name} is about a channel, as in ${exampleOf(name)}; the type has ${this.#channels()}`);
    return this.channelNamed(node, node.args);
  }

  channelNamed(node: ASTNode, name: string): ChannelInScope {
    const channel = this.scope.channel(name);
    if (!channel) return this.fail(node, `there is no channel ${name}; there are ${this.#channels()}`);
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
    return this.fail(node, `${call.name} takes a duration here, as in ${exampleOf(call.name)}`);
  }

  /** A fixed text in quotation marks. */
  text(call: Call, node: ASTNode): string {
    if (node.op === 'value' && typeof node.args === 'string') return node.args;
    return this.fail(node, `${call.name} takes a name in quotation marks here, as in ${exampleOf(call.name)}`);
  }

  #channels(): string {
    return this.scope.channelNames().join(', ');
  }

  #literal(node: ASTNode): Typed {
    const value = node.args as unknown;
    if (typeof value === 'boolean') return truth(() => Number(value));
    if (typeof value === 'number' || typeof value === 'bigint') return constant(Number(value), measureOf('1')!);
    return this.fail(node, `${this.source.textOf(node)} is neither a number nor true or false`);
  }

  #name(node: ASTNode, name: string): Typed {
    const channel = this.scope.channel(name);
    const word = words.get(name);
    if (!channel && word) return word;
    const { index, measure, isSwitch } = this.channelNamed(node, name);
    const { maxGapMs } = this.scope;
    const run: Evaluate = (c) => (c.now - c.times[index]! <= maxGapMs ? c.values[index]! : Number.NaN);
    return isSwitch ? truth(run) : { ...number(measure, run), channel: index };
  }

  #comparison(node: ASTNode & { args: [ASTNode, ASTNode] }): Pick<ConditionPart, 'evaluate' | 'compared'> {
    const operator = node.op as Comparison;
    const [left, right] = [this.#side(node.args[0]), this.#side(node.args[1])];
    if (left === null || right === null || left.kind === 'word' || right.kind === 'word')
      return { evaluate: this.#words(node, left, right), compared: null };
    if (left.kind === 'truth' || right.kind === 'truth') {
      if (left.kind !== right.kind || (operator !== '==' && operator !== '!='))
        return this.fail(node, 'what is true or false can only be compared with true or false, by == or !=');
      return { evaluate: compare(operator, left.run, right.run), compared: null };
    }
    this.#sameKind(node, left, right);
    if (left.most || right.most) return this.#between(node, left, right);
    // Told in the unit that stands in the rule.
    const shown = right.constant === undefined && left.constant !== undefined ? left.measure : right.measure;
    const limit = converted(right, left.measure);
    const told = converted(right, shown);
    const compared: Compared = {
      source: this.source.textOf(node.args[0]),
      value: converted(left, shown).run,
      limit: told.run,
      unit: shown.unit,
      operator,
      channel: left.channel ?? null,
      constant: told.constant ?? null,
      fixed: isFixed(told),
    };
    return { evaluate: compare(operator, left.run, limit.run, limit.constant), compared };
  }

  /** One side of a comparison; null for a text in quotation marks, which only its other side gives a meaning. */
  #side(node: ASTNode): Typed | null {
    return isText(node) ? null : this.compile(node);
  }

  /** Compares a word with one of those that it can be. */
  #words(node: ASTNode & { args: [ASTNode, ASTNode] }, left: Typed | null, right: Typed | null): Evaluate {
    const [known, said] = left === null ? [right, node.args[0]] : [left, node.args[1]];
    if (known?.kind !== 'word')
      return this.fail(said, 'a word in quotation marks is compared with something like baseline(level).kind');
    const operator = node.op as Comparison;
    if ((left !== null && right !== null) || (operator !== '==' && operator !== '!='))
      return this.fail(node, comparedWith(known));
    const index = known.words.indexOf(String(said.args));
    if (index < 0) return this.fail(said, `it is never that; ${comparedWith(known)}`);
    return compare(operator, known.run, () => index, index);
  }

  /** Compares what lies between two numbers with one that is known: true or false when it is so for both. */
  #between(node: ASTNode, left: NumberTyped, right: NumberTyped): Pick<ConditionPart, 'evaluate' | 'compared'> {
    const { most } = left;
    const operator = node.op as Comparison;
    if (!most || right.most || operator === '==' || operator === '!=')
      return this.fail(node, 'a number of devices is compared with >, >=, < or <=, and stands on the left');
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
    const evaluate: Evaluate = (c) => {
      const truth = low(c);
      return truth === high(c) ? truth : Number.NaN;
    };
    return { evaluate, compared };
  }

  #sameKind(node: ASTNode & { args: [ASTNode, ASTNode] }, left: NumberTyped, right: NumberTyped): void {
    if (left.measure.dimension === right.measure.dimension) return;
    const [a, b] = node.args.map((arg) => this.source.textOf(arg)) as [string, string];
    const bare = left.measure.dimension === 'one' ? ([left, right, a] as const) : ([right, left, b] as const);
    const unit = bare[1].measure.unit;
    const cure =
      bare[0].measure.dimension === 'one' && bare[0].constant !== undefined && unit !== ''
        ? `write ${bare[2]} ${unit}`
        : 'both sides must be of the same kind';
    this.fail(node, `${a} is ${said(left.measure)}, ${b} is ${said(right.measure)}: ${cure}`);
  }

  #call(node: ASTNode, name: string, args: readonly ASTNode[]): Typed {
    if (name === 'quantity') return constant(Number(args[0]!.args), measureOf(String(args[1]!.args))!);
    if (name === 'clock') return constant(Number(args[0]!.args) * 60_000, timeOfDay);
    const known = functions.get(name);
    if (!known) return this.fail(node, `there is no function ${name}; there are ${[...functions.keys()].join(', ')}`);
    const [least, most] = known.takes;
    if (args.length < least || args.length > most) return this.fail(node, `${name} is written ${known.example}`);
    return known.compile({ name, args, node, expression: this });
  }

  #member(node: ASTNode, target: ASTNode, part: string): Typed {
    if (target.op !== 'call') return this.fail(node, `".${part}" belongs to ${withParts}`);
    const known = functions.get(`${target.args[0]}.${part}`);
    const parts = [...functions.keys()].filter((name) => name.startsWith(`${target.args[0]}.`));
    if (parts.length === 0)
      return this.fail(node, `${target.args[0]} has no parts; ".${part}" belongs to ${withParts}`);
    if (!known) return this.fail(node, `there is no .${part}; there are ${parts.join(', ')}`);
    return known.compile({ name: known.name, args: target.args[1], node, expression: this });
  }
}

/** What has parts after a dot. */
const withParts = 'baseline(channel) or neighbours(where, value)';

function isText(node: ASTNode): boolean {
  return node.op === 'value' && typeof node.args === 'string';
}

function comparedWith({ words }: WordTyped): string {
  return `this is compared by == or != with one of ${words.map((one) => `"${one}"`).join(', ')}`;
}

function isComparison(node: ASTNode): node is ASTNode & { args: [ASTNode, ASTNode] } {
  return (comparisons as readonly string[]).includes(node.op);
}

function exampleOf(name: string): string {
  return functions.get(name)!.example;
}
