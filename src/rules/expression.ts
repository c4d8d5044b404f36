import { type ASTNode, parse } from '@marcbachmann/cel-js';
import { rescale } from '../model/units.ts';
import { TocsinError } from '../shared/errors.ts';
import type { BaselineView } from './baseline.ts';
import { dimensionless, type Measure, measureOf, perSecond, rewriteQuantities } from './quantity.ts';
import type { Window } from './window.ts';

/** What an expression may look at, at one sample of one device. */
export interface RuleContext {
  /** Measured time of the sample. */
  now: number;
  /** Newest value and its measured time by channel index; NaN where nothing came yet. */
  values: Float64Array;
  times: Float64Array;
  windows: Window[];
  /** What is normal for the channel now; null until the baseline has learnt enough. */
  baseline(channel: number): BaselineView | null;
}

/**
 * A compiled expression. Booleans are 1, 0 or NaN for "not known": a channel that has never come, or not for longer
 * than the rule's gap, is not known, and neither is what depends on it (Kleene's three-valued logic).
 */
export type Evaluate = (context: RuleContext) => number;

export interface CompiledExpression {
  evaluate: Evaluate;
  /** Indexes of the channels it looks at. */
  channels: ReadonlySet<number>;
  /** Those of them whose baseline it asks. */
  baselines: ReadonlySet<number>;
}

/** What the compiler may refer to. */
export interface Scope {
  /** Index and measure of a channel, or null when the type has none of that name. */
  channel(name: string): { index: number; measure: Measure; isSwitch: boolean } | null;
  channelNames(): string[];
  /** Index of the window over a channel, made when it is new. */
  window(channel: number, spanMs: number, maxGapMs: number): number;
  /** A value older than this is not evidence. */
  maxGapMs: number;
}

/** What a part of an expression is once it is compiled: a number with its measure, or a truth. */
type Typed = NumberTyped | { kind: 'truth'; run: Evaluate };
/** `constant` is there for what does not depend on any reading, so that it is converted once. */
type NumberTyped = { kind: 'number'; measure: Measure; run: Evaluate; constant?: number };

const windowFunctions = ['avg', 'min', 'max', 'sum', 'count', 'delta', 'rate'] as const;
type WindowFunction = (typeof windowFunctions)[number];
const baselineParts = ['score', 'low', 'middle', 'high'] as const;

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/**
 * Compiles a condition of a rule.
 * @throws TocsinError RULE_INVALID with the expression, the place and what is allowed.
 */
export function compileCondition(source: string, scope: Scope): CompiledExpression {
  const channels = new Set<number>();
  const baselines = new Set<number>();
  const fail = (message: string): never => {
    throw new TocsinError('RULE_INVALID', `in "${source}": ${message}`, { expression: source });
  };
  let ast: ASTNode;
  try {
    ast = parse(rewriteQuantities(source)).ast;
  } catch (error) {
    return fail(
      `${(error as Error).message.split('\n')[0]}. Write for example: level > 27 cm && rate(level, 10 min) > 5 cm/h`,
    );
  }
  const typed = new ExpressionCompiler(scope, channels, baselines, fail).compile(ast);
  if (typed.kind !== 'truth')
    return fail('a condition is true or false; compare this number with something, as in level > 27 cm');
  return { evaluate: typed.run, channels, baselines };
}

class ExpressionCompiler {
  readonly #scope: Scope;
  readonly #channels: Set<number>;
  readonly #baselines: Set<number>;
  readonly #fail: (message: string) => never;

  constructor(scope: Scope, channels: Set<number>, baselines: Set<number>, fail: (message: string) => never) {
    this.#scope = scope;
    this.#channels = channels;
    this.#baselines = baselines;
    this.#fail = fail;
  }

  compile(node: ASTNode): Typed {
    switch (node.op) {
      case 'value':
        return this.#literal(node.args);
      case 'id':
        return this.#channelValue(node.args);
      case '&&':
        return this.#and(this.#truth(node.args[0]), this.#truth(node.args[1]));
      case '||':
        return this.#or(this.#truth(node.args[0]), this.#truth(node.args[1]));
      case '!_': {
        const run = this.#truth(node.args);
        return { kind: 'truth', run: (c) => 1 - run(c) };
      }
      case '>':
      case '>=':
      case '<':
      case '<=':
      case '==':
      case '!=':
        return this.#comparison(node.op, this.compile(node.args[0]), this.compile(node.args[1]));
      case '+':
      case '-':
        return this.#sum(node.op, this.#number(node.args[0]), this.#number(node.args[1]));
      case '*':
      case '/':
        return this.#product(node.op, this.#number(node.args[0]), this.#number(node.args[1]));
      case '-_': {
        const { measure, run, constant } = this.#number(node.args);
        return { kind: 'number', measure, run: (c) => -run(c), ...(constant !== undefined && { constant: -constant }) };
      }
      case 'call':
        return this.#call(node.args[0], node.args[1]);
      case '.':
        return this.#member(node.args[0], node.args[1]);
      default:
        return this.#fail(`"${node.op}" is not part of the rule language`);
    }
  }

  #literal(value: unknown): Typed {
    if (typeof value === 'boolean') return { kind: 'truth', run: () => Number(value) };
    if (typeof value === 'number' || typeof value === 'bigint') return constantOf(Number(value), dimensionless);
    return this.#fail(`${String(value)} is neither a number nor true or false`);
  }

  /** The channel that a function is about: its first argument. */
  #channelOf(name: string, node: ASTNode | undefined) {
    if (node?.op !== 'id') return this.#fail(`${name} takes the name of a channel first, as in ${name}(level, 10 min)`);
    return this.#channel(node.args);
  }

  #channel(name: string) {
    const channel = this.#scope.channel(name);
    if (!channel)
      return this.#fail(`there is no channel "${name}"; the type has ${this.#scope.channelNames().join(', ')}`);
    this.#channels.add(channel.index);
    return channel;
  }

  #channelValue(name: string): Typed {
    const { index, measure, isSwitch } = this.#channel(name);
    const { maxGapMs } = this.#scope;
    const run: Evaluate = (c) => (c.now - c.times[index]! <= maxGapMs ? c.values[index]! : Number.NaN);
    return isSwitch ? { kind: 'truth', run } : { kind: 'number', measure, run };
  }

  #truth(node: ASTNode): Evaluate {
    const typed = this.compile(node);
    return typed.kind === 'truth' ? typed.run : this.#fail('&&, || and ! join conditions, not numbers');
  }

  #number(node: ASTNode): NumberTyped {
    const typed = this.compile(node);
    return typed.kind === 'number' ? typed : this.#fail('a number is needed here, not a condition');
  }

  #and(a: Evaluate, b: Evaluate): Typed {
    return {
      kind: 'truth',
      run: (c) => {
        const x = a(c);
        if (x === 0) return 0;
        const y = b(c);
        return y === 0 ? 0 : x * y;
      },
    };
  }

  #or(a: Evaluate, b: Evaluate): Typed {
    return {
      kind: 'truth',
      run: (c) => {
        const x = a(c);
        if (x === 1) return 1;
        const y = b(c);
        return y === 1 ? 1 : x + y;
      },
    };
  }

  #comparison(operator: string, left: Typed, right: Typed): Typed {
    const test = comparisons[operator]!;
    if (left.kind === 'truth' || right.kind === 'truth') {
      if (left.kind !== right.kind || (operator !== '==' && operator !== '!='))
        return this.#fail(`a switch can only be compared with true or false, by == or !=`);
      return { kind: 'truth', run: compare(test, left.run, right.run) };
    }
    this.#sameDimension(operator, left.measure, right.measure);
    return { kind: 'truth', run: compare(test, left.run, inMeasure(right, left.measure)) };
  }

  #sum(operator: '+' | '-', left: NumberTyped, right: NumberTyped): Typed {
    this.#sameDimension(operator, left.measure, right.measure);
    const a = left.run;
    const b = inMeasure(right, left.measure);
    return { kind: 'number', measure: left.measure, run: operator === '+' ? (c) => a(c) + b(c) : (c) => a(c) - b(c) };
  }

  #product(operator: '*' | '/', left: NumberTyped, right: NumberTyped): Typed {
    const plainRight = right.measure.dimension === 'one';
    const plainLeft = left.measure.dimension === 'one';
    if (operator === '/' && left.measure.dimension === right.measure.dimension) {
      const b = inMeasure(right, left.measure);
      return { kind: 'number', measure: dimensionless, run: (c) => left.run(c) / b(c) };
    }
    if (operator === '*' && (plainLeft || plainRight))
      return {
        kind: 'number',
        measure: plainRight ? left.measure : right.measure,
        run: (c) => left.run(c) * right.run(c),
      };
    if (operator === '/' && plainRight)
      return { kind: 'number', measure: left.measure, run: (c) => left.run(c) / right.run(c) };
    return this.#fail(`"${operator}" works with a number without unit on one side`);
  }

  #sameDimension(operator: string, a: Measure, b: Measure): void {
    if (a.dimension === b.dimension) return;
    const said = (m: Measure) => (m.dimension === 'one' ? 'a number without unit' : `a ${m.dimension}`);
    this.#fail(
      `"${operator}" has ${said(a)} on the left and ${said(b)} on the right; give both sides units of the same kind`,
    );
  }

  #call(name: string, args: ASTNode[]): Typed {
    if (name === 'quantity') {
      const [value, unit] = args.map((a) => (a.op === 'value' ? a.args : undefined));
      return constantOf(Number(value), measureOf(String(unit)) ?? this.#fail(`"${unit}" is not a unit`));
    }
    if (name === 'abs') {
      if (args.length !== 1) return this.#fail('abs takes one number');
      const { measure, run } = this.#number(args[0]!);
      return { kind: 'number', measure, run: (c) => Math.abs(run(c)) };
    }
    if ((windowFunctions as readonly string[]).includes(name)) return this.#windowCall(name as WindowFunction, args);
    return this.#fail(`there is no function "${name}"; there are abs, baseline, ${windowFunctions.join(', ')}`);
  }

  #windowCall(name: WindowFunction, args: ASTNode[]): Typed {
    const { index, measure } = this.#channelOf(name, args[0]);
    const span = args[1] && this.compile(args[1]);
    const spanMs =
      span?.kind === 'number' && span.measure.dimension === 'time' && span.constant !== undefined
        ? rescale(span.constant, span.measure, measureOf('ms')!)
        : Number.NaN;
    if (!(args.length === 2 && spanMs > 0))
      return this.#fail(`${name} takes a channel and a duration, as in ${name}(level, 10 min)`);
    const slot = this.#scope.window(index, spanMs, this.#scope.maxGapMs);
    const run: Evaluate = (c) => c.windows[slot]![name]();
    if (name === 'count') return { kind: 'number', measure: dimensionless, run };
    if (name === 'rate') return { kind: 'number', measure: perSecond(measure), run };
    return { kind: 'number', measure: name === 'delta' ? { ...measure, offset: 0 } : measure, run };
  }

  #member(target: ASTNode, part: string): Typed {
    if (target.op !== 'call' || target.args[0] !== 'baseline')
      return this.#fail(`".${part}" belongs to baseline(channel)`);
    const key = baselineParts.find((p) => p === part);
    if (!key) return this.#fail(`baseline(channel) has ${baselineParts.map((p) => `.${p}`).join(', ')}, not .${part}`);
    const { index, measure } = this.#channelOf('baseline', target.args[1][0]);
    this.#baselines.add(index);
    const run: Evaluate = (c) => c.baseline(index)?.[key] ?? Number.NaN;
    return { kind: 'number', measure: key === 'score' ? dimensionless : measure, run };
  }
}

function constantOf(value: number, measure: Measure): Typed {
  return { kind: 'number', measure, run: () => value, constant: value };
}

function inMeasure(typed: NumberTyped, measure: Measure): Evaluate {
  if (typed.constant !== undefined) {
    const value = rescale(typed.constant, typed.measure, measure);
    return () => value;
  }
  return (c) => rescale(typed.run(c), typed.measure, measure);
}

function compare(test: (a: number, b: number) => boolean, left: Evaluate, right: Evaluate): Evaluate {
  return (c) => {
    const a = left(c);
    const b = right(c);
    return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Number(test(a, b));
  };
}
