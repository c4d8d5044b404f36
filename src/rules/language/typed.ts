import { type Bounds, exactly, isExact } from './bounds.ts';
import type { Evaluate } from './context.ts';
import { inMeasure, type Measure } from './measures.ts';

/** What a part of an expression is once it is compiled: a number with its measure, a truth, or a word. */
export type Typed = NumberTyped | TruthTyped | WordTyped;

export interface TruthTyped {
  kind: 'truth';
  run: Evaluate;
  /**
   * Whether it may be true, told with little work: 1, or else it is not. `run` itself where that is little work already;
   * absent where it takes all the work to tell.
   */
  may?: Evaluate;
}

export interface NumberTyped {
  kind: 'number';
  measure: Measure;
  run: Evaluate;
  /** Its value when it does not depend on any reading, so that it is converted once. */
  constant?: number;
  /** Whether it is the same at all times, and depends on the device's place alone: `run` looks at `around` only. */
  ofPlace?: boolean;
  /** Between what it lies, told with little work. */
  bounds?: Bounds;
  /** What it is at least where `run` does not know it: the rain that is known of an hour with a gap. */
  atLeast?: Evaluate;
  /** For what is only known to lie between two numbers: the greater one; `run` is the smaller. */
  most?: Evaluate;
  /** Index of the channel that it is itself, or whose usual or extreme value over a time: a chart of it can show it. */
  channel?: number;
}

/** One of a few words, which is compared with one of them in quotation marks. */
export interface WordTyped {
  kind: 'word';
  words: readonly string[];
  /** Index of the word that it is; NaN while that is not known. */
  run: Evaluate;
}

export function word(words: readonly string[], run: Evaluate): WordTyped {
  return { kind: 'word', words, run };
}

export function truth(run: Evaluate): TruthTyped {
  return { kind: 'truth', run };
}

/** A truth that takes little work. */
export function plainTruth(run: Evaluate): TruthTyped {
  return { kind: 'truth', run, may: run };
}

/** Whether it takes little work to tell. */
export function isPlain({ run, may }: TruthTyped): boolean {
  return run === may;
}

export function number(measure: Measure, run: Evaluate): NumberTyped {
  return { kind: 'number', measure, run };
}

export function constant(value: number, measure: Measure): NumberTyped {
  const run = () => value;
  return { kind: 'number', measure, run, constant: value, bounds: exactly(run) };
}

/** Whether a number is the same at all times for one device. */
export function isFixed({ constant, ofPlace }: NumberTyped): boolean {
  return constant !== undefined || ofPlace === true;
}

/** What is told of a number: as much of it as is known. */
export function toldOf({ atLeast, run }: NumberTyped): Evaluate {
  return atLeast ?? run;
}

/** A number in another unit of its dimension. */
export function converted(typed: NumberTyped, to: Measure): NumberTyped {
  const { measure, run, bounds } = typed;
  if (typed.constant !== undefined) return constant(inMeasure(typed.constant, measure, to), to);
  const same = measure.factor === to.factor && measure.offset === to.offset;
  const change = (value: Evaluate): Evaluate => (same ? value : (context) => inMeasure(value(context), measure, to));
  const result = number(to, change(run));
  // What is greater in one unit is greater in the other.
  if (isExact(typed)) result.bounds = exactly(result.run);
  else if (bounds) result.bounds = { low: change(bounds.low), high: change(bounds.high) };
  if (typed.atLeast) result.atLeast = change(typed.atLeast);
  return typed.ofPlace ? { ...result, ofPlace: true } : result;
}

/** 1 or 0 for a test, NaN when it is about something that is not known. */
export function known(value: number, test: boolean): number {
  return Number.isNaN(value) ? Number.NaN : test ? 1 : 0;
}
