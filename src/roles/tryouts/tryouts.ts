import type { Historian, Tryouts } from '../../api/context.ts';
import type { BacktestJob, BacktestRequest, ExplainRequest } from '../../model/backtest-request.ts';
import type { Explanation } from '../../model/explanation.ts';
import type { Settings } from '../../settings/schema.ts';
import type { Clock } from '../../shared/clock.ts';
import { type ErrorCode, TocsinError } from '../../shared/errors.ts';
import { type StartedWorker, startWorker } from '../../shared/worker.ts';
import type { TryoutAnswer, TryoutData, TryoutFunctions, TryoutHost } from './messages.ts';

/** They are done one after another, each may take minutes. */
const mostWaiting = 10;
/** Results are kept for so long, and so many of them. */
const keptMs = 24 * 3_600_000;
const keptJobs = 30;

export interface TryoutsOptions {
  settings: Settings;
  /** From the journal's writer. */
  journalProgress: SharedArrayBuffer;
  range: Historian['range'];
  clock: Clock;
}

/**
 * Rules tried on what has been kept: one backtest at a time, in a thread of its own that is started when it is first
 * needed, and that comes after everything else.
 */
export class TryoutThread implements Tryouts {
  readonly #options: TryoutsOptions;
  readonly #jobs = new Map<number, BacktestJob>();
  #last = 0;
  #worker: StartedWorker<TryoutFunctions> | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: TryoutsOptions) {
    this.#options = options;
  }

  begin(request: BacktestRequest, byPersonId: string): BacktestJob {
    const waiting = [...this.#jobs.values()].filter(({ state }) => state === 'waiting').length;
    if (waiting >= mostWaiting) {
      throw new TocsinError('CONFLICT', `${waiting} backtests wait already; ask again when some are done.`);
    }
    this.#forgetOld();
    const job: BacktestJob = {
      ...request,
      id: ++this.#last,
      requestedAt: this.#options.clock.now(),
      byPersonId,
      state: 'waiting',
      progress: 0,
      finishedAt: null,
      result: null,
      error: null,
    };
    this.#jobs.set(job.id, job);
    this.#running = this.#running.then(() => this.#carryOut(job, request));
    return job;
  }

  list(): BacktestJob[] {
    this.#forgetOld();
    return [...this.#jobs.values()].reverse();
  }

  get(id: number): BacktestJob | undefined {
    this.#forgetOld();
    return this.#jobs.get(id);
  }

  cancel(id: number): void {
    const job = this.#jobs.get(id);
    if (job?.state === 'waiting') this.#end(job, 'cancelled');
    else if (job?.state === 'running') void this.#worker?.remote.cancel(id);
  }

  async explain(request: ExplainRequest): Promise<Explanation> {
    return resultOf(await this.#thread().explain(request));
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #carryOut(job: BacktestJob, request: BacktestRequest): Promise<void> {
    if (job.state !== 'waiting') return;
    job.state = 'running';
    try {
      job.result = resultOf(await this.#thread().backtest(job.id, request));
      if (job.result !== null) job.progress = 1;
      this.#end(job, job.result === null ? 'cancelled' : 'done');
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error);
      job.error = error instanceof TocsinError ? error.text : { zh: found, en: found };
      this.#end(job, 'failed');
    }
  }

  #end(job: BacktestJob, state: BacktestJob['state']): void {
    job.state = state;
    job.finishedAt = this.#options.clock.now();
  }

  #thread(): StartedWorker<TryoutFunctions>['remote'] {
    this.#worker ??= this.#start();
    return this.#worker.remote;
  }

  #start(): StartedWorker<TryoutFunctions> {
    const { settings, journalProgress, range } = this.#options;
    const data: TryoutData = { settings, journalProgress };
    const host: TryoutHost = {
      range,
      progress: (id, share) => {
        const job = this.#jobs.get(id);
        // What is said of it last may come after its end.
        if (job?.state === 'running') job.progress = share;
      },
    };
    const worker = startWorker<TryoutFunctions, TryoutHost>(new URL('./tryout.ts', import.meta.url), data, host);
    // The next one who asks gets a new thread.
    void worker.ended.then(() => {
      if (this.#worker === worker) this.#worker = null;
    });
    return worker;
  }

  #forgetOld(): void {
    const now = this.#options.clock.now();
    const over = [...this.#jobs.values()].filter(({ finishedAt }) => finishedAt !== null);
    over.forEach((job, i) => {
      if (over.length - i > keptJobs || now - job.finishedAt! > keptMs) this.#jobs.delete(job.id);
    });
  }
}

function resultOf<T>(answer: TryoutAnswer<T>): T {
  if ('ok' in answer) return answer.ok;
  throw new TocsinError(answer.code as ErrorCode, answer.text);
}
