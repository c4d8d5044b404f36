import type { Historian } from '../../api/context.ts';
import type { BacktestAnswer, BacktestRequest, ExplainRequest } from '../../model/backtest-request.ts';
import type { Explanation } from '../../model/explanation.ts';
import type { Text } from '../../model/text.ts';
import type { Settings } from '../../settings/schema.ts';

/** What the thread that tries rules is started with. */
export interface TryoutData {
  settings: Settings;
  /** From the journal's writer. */
  journalProgress: SharedArrayBuffer;
}

/** What the main thread asks of it. A call rejects with a TocsinError's message when something is wrong with it. */
export interface TryoutFunctions {
  backtest(id: number, request: BacktestRequest): Promise<TryoutAnswer<BacktestAnswer | null>>;
  cancel(id: number): Promise<void>;
  explain(request: ExplainRequest): Promise<TryoutAnswer<Explanation>>;
  stop(): Promise<void>;
}

/** Errors keep their code and both languages across threads. */
export type TryoutAnswer<T> = { ok: T } | { code: string; text: Text };

/** What it asks of the main thread. */
export interface TryoutHost {
  range: Historian['range'];
  progress(id: number, share: number): void;
}
