import { type ParseArgsConfig, parseArgs } from 'node:util';
import { SimulatorError } from './simulator-error.ts';
import { durationOf } from './yaml-file.ts';

/**
 * Command-line options as texts; a mistake names what there is.
 * @throws SimulatorError.
 */
export function readOptions<const T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new SimulatorError(`${(error as Error).message.split('. To specify')[0]}. There are ${names.join(', ')}.`);
  }
}

/** A whole number within bounds. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new SimulatorError(`--${name} is "${text}", but must be a whole number from ${min} to ${max}.`);
}

/** A number above 0. */
export function positiveNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new SimulatorError(`--${name} is "${text}", but must be a number above 0.`);
}

/** Milliseconds of a duration such as `90 s`. */
export function span(name: string, text: string): number {
  const ms = durationOf(text);
  if (ms !== null && ms >= 0) return ms;
  throw new SimulatorError(`--${name} is "${text}", but must be a duration such as "90 s", "30 min" or "26 h".`);
}
