import type { Expression } from './expression.ts';
import type { ASTNode } from './parse.ts';
import type { Typed } from './typed.ts';

/** A call in an expression that is being compiled. */
export interface Call {
  name: string;
  args: readonly ASTNode[];
  node: ASTNode;
  expression: Expression;
}

/** A function of the rule language. */
export interface RuleFunction {
  name: string;
  /** How it is written, for messages and for the page: `avg(level, 10 min)`. */
  example: string;
  /** Fewest and most arguments. */
  takes: readonly [least: number, most: number];
  /** @throws TocsinError RULE_INVALID through `call.expression.fail`. */
  compile(call: Call): Typed;
}
