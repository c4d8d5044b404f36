import { parseArgs } from 'node:util';
import { type Arrival, arrivals } from '../../backtest/arrival.ts';
import {
  type DataArguments,
  dataArguments,
  dataOptions,
  Misunderstood,
  oneOf,
  timeArgument,
} from './data-arguments.ts';

/** What was asked on the command line; times in milliseconds since the epoch. */
export interface BacktestArguments extends DataArguments {
  /** `current`, or a file of rules; null: nothing. */
  against: string | null;
  from: number | null;
  to: number | null;
  arrival: Arrival;
}

/** @returns null when only help was asked for. @throws Misunderstood */
export function readArguments(args: string[]): BacktestArguments | null {
  const { values } = parsed(args);
  if (values.help) return null;
  const common = dataArguments(values);
  const from = timeArgument('from', values.from, common.zone);
  const to = timeArgument('to', values.to, common.zone);
  if (from !== null && to !== null && from > to)
    throw new Misunderstood(`--from is "${values.from}", which is after --to, "${values.to}".`);
  return {
    ...common,
    against: values.against ?? null,
    from,
    to,
    arrival: oneOf('arrival', values.arrival ?? 'clocks', arrivals),
  };
}

function parsed(args: string[]) {
  try {
    const own = { against: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } } as const;
    return parseArgs({ args, options: { ...dataOptions, ...own, arrival: { type: 'string' } } });
  } catch (error) {
    throw new Misunderstood(error instanceof Error ? error.message : String(error));
  }
}
