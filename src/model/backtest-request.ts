import type { TrialResult } from './backtest.ts';
import type { Text } from './text.ts';

/** How far a backtest has got. */
export const backtestStates = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;
export type BacktestState = (typeof backtestStates)[number];

/** Which rules are to be tried on what Tocsin has kept. Times in milliseconds since the epoch, measured. */
export interface BacktestRequest {
  deviceType: string;
  /** Rules as in a `rules.yaml`, or one of them; null: those in force. */
  rules: string | null;
  /** Whether they are held against those in force. */
  againstCurrent: boolean;
  deviceIds: string[];
  from: number;
  to: number;
}

/** What is asked of one rule of one device. */
export interface ExplainRequest {
  deviceId: string;
  /** Id of the rule, with its type or without. */
  rule: string;
  /** Measured time, milliseconds since the epoch. */
  at: number;
}

/** What came of a backtest over what Tocsin has kept. */
export interface BacktestAnswer extends TrialResult {
  /** Alarms that were left out of the ledger and of the difference, since there are too many to show. */
  more: number;
  /** Readings before were left only as means of five minutes, milliseconds since the epoch; null: none were. */
  coarseBefore: number | null;
  /** What to know before trusting it, such as rules about which these readings can say little. */
  notes: Text[];
}

/** A backtest that was asked for. */
export interface BacktestJob extends BacktestRequest {
  id: number;
  requestedAt: number;
  byPersonId: string;
  state: BacktestState;
  /** Share of the readings that were judged, 0 to 1. */
  progress: number;
  finishedAt: number | null;
  result: BacktestAnswer | null;
  /** Why it failed. */
  error: Text | null;
}
