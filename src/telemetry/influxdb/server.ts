import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { AbortError, HttpError, InfluxDB, setLogger } from '@influxdata/influxdb-client';
import type { Settings } from '../../settings/schema.ts';
import { TocsinError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { BatchRefused } from '../isolate.ts';

/** A person does not wait long for a chart. */
const queryTimeoutMs = 5000;
/** After a call without an answer questions get no longer than this until the server has answered again. */
const silentTimeoutMs = 1000;
/** Questions under way at once; a server that hangs must not gather them for ever. The next one is turned away. */
const maxQuestions = 200;
/** Answers that mean the content, not the server: bad lines, too large, beyond the retention of 2.x. */
const refusals = new Set([400, 413, 422]);

export type ServerOptions = Pick<
  Settings['telemetry']['influxdb'],
  'url' | 'organisation' | 'token' | 'writeApi' | 'timeout'
> & { log: Logger };

/** One series of an answer to InfluxQL. */
export interface Series {
  tags?: Record<string, string>;
  columns: string[];
  values: (number | string | boolean | null)[][];
}

/** What a server is: which number its version begins with, and the address that it is written at. */
export interface Kind {
  generation: 1 | 2 | 3;
  writeApi: 'v1' | 'v2';
}

/**
 * Talks to one InfluxDB: line protocol in, InfluxQL out. Of the client only its transport is used: its batching would
 * hold lines in memory and drop them when it takes too long, and the journal is the queue.
 * Every method rejects with TELEMETRY_UNAVAILABLE when the server cannot be reached or does not do its part.
 */
export class InfluxServer {
  readonly #options: ServerOptions;
  readonly #agent: HttpAgent;
  #influx: InfluxDB;
  #kind: Kind | null = null;
  /** It has not answered the last call. */
  #silent = false;
  #questions = 0;

  constructor(options: ServerOptions) {
    const { log, url } = options;
    this.#options = options;
    this.#agent = url.startsWith('https:') ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
    // The client logs each failure with a stack; ours are said once, by the writer.
    const debug = (message: string, error: unknown) => log.debug({ err: error }, message);
    setLogger({ error: debug, warn: debug });
    this.#influx = this.#client({});
  }

  get url(): string {
    return this.#options.url;
  }

  /** Asks for the version, which `forget()` makes it do again. */
  async kind(): Promise<Kind> {
    this.#kind ??= await this.#ask();
    return this.#kind;
  }

  /** It may be another server by now. */
  forget(): void {
    this.#kind = null;
  }

  /** @throws BatchRefused when it will not take something in the lines */
  async write(database: string, lines: readonly string[]): Promise<void> {
    const { writeApi } = await this.kind();
    const { organisation, timeout } = this.#options;
    const place: Record<string, string> =
      writeApi === 'v1' ? { db: database } : { org: organisation, bucket: database };
    const page = writeApi === 'v1' ? '/write' : '/api/v2/write';
    const path = `${page}?${new URLSearchParams({ ...place, precision: 'ms' })}`;
    try {
      await this.#request(path, lines.join('\n'), { method: 'POST', type: 'text/plain; charset=utf-8' }, timeout);
    } catch (error) {
      if (!(error instanceof HttpError)) throw this.unavailable(error);
      if (refusals.has(error.statusCode)) throw new BatchRefused(reasonOf(error), error.statusCode === 413);
      // InfluxDB below 1.8 has no such page; a missing bucket has a 404 in JSON.
      const tooOld = writeApi === 'v2' && error.statusCode === 404 && !error.json;
      throw this.unavailable(tooOld ? new Error('it has no /api/v2/write; below 1.8 set writeApi to v1') : error);
    }
  }

  /** The answer to one statement of InfluxQL. */
  async query(database: string, statement: string, method: 'GET' | 'POST' = 'GET'): Promise<Series[]> {
    if (this.#questions >= maxQuestions) {
      throw this.unavailable(new Error(`it has ${maxQuestions} questions to answer already`));
    }
    this.#questions += 1;
    try {
      await this.kind();
      const parameters = new URLSearchParams({ db: database, epoch: 'ms', q: statement });
      // Long statements do not fit into an address.
      const [path, body] = method === 'GET' ? [`/query?${parameters}`, ''] : ['/query', `${parameters}`];
      const answer = (await this.#request(path, body, { method, type: 'application/x-www-form-urlencoded' })) as {
        results?: { error?: string; series?: (Omit<Series, 'values'> & Partial<Pick<Series, 'values'>>)[] }[];
      };
      const result = answer.results?.[0];
      if (result?.error) throw new Error(result.error);
      // An empty series has no values at all.
      return result?.series?.map((series) => ({ ...series, values: series.values ?? [] })) ?? [];
    } catch (error) {
      throw error instanceof TocsinError ? error : this.unavailable(error);
    } finally {
      this.#questions -= 1;
    }
  }

  /** A call of the management API of 2.x. */
  async manage(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<unknown> {
    try {
      const text = body ? JSON.stringify(body) : '';
      return await this.#request(path, text, { method, type: 'application/json; charset=utf-8' });
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  unavailable(error: unknown): TocsinError {
    const reason = reasonOf(error).trim();
    return new TocsinError(
      'TELEMETRY_UNAVAILABLE',
      `InfluxDB at ${this.url} cannot be used: ${reason}. Check that it runs, and telemetry.influxdb in the settings.`,
      { reason, retryAfterMs: retryAfterMs(error) },
    );
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(): Promise<Kind> {
    let version = '';
    try {
      await this.#request('/ping', '', { method: 'GET' }, undefined, (headers) => {
        version = String(headers['x-influxdb-version'] ?? '').replace(/^v/, '');
      });
    } catch (error) {
      // A proxy may refuse the page and let everything else through.
      if (!(error instanceof HttpError)) throw this.unavailable(error);
    }
    const generation = version.startsWith('1.') ? 1 : version.startsWith('3.') ? 3 : 2;
    const { writeApi } = this.#options;
    const kind: Kind = { generation, writeApi: writeApi === 'auto' ? (generation === 1 ? 'v1' : 'v2') : writeApi };
    this.#influx = this.#client(credentials(this.#options.token, kind.writeApi));
    return kind;
  }

  #client(access: { token?: string; headers?: Record<string, string> }): InfluxDB {
    // Its own timeout would tell us and keep the connection: ours ends it, and comes first.
    const timeout = 2 * Math.max(this.#options.timeout, queryTimeoutMs);
    return new InfluxDB({ url: this.url, timeout, transportOptions: { agent: this.#agent }, ...access });
  }

  async #request(
    path: string,
    body: string,
    { method, type }: { method: string; type?: string },
    timeoutMs = this.#silent ? silentTimeoutMs : queryTimeoutMs,
    onHeaders?: (headers: Record<string, string | string[] | undefined>) => void,
  ): Promise<unknown> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const headers = { accept: 'application/json', ...(type && { 'content-type': type }) };
      const answer = await this.#influx.transport.request(path, body, { method, headers, signal }, onHeaders);
      this.#silent = false;
      return answer;
    } catch (error) {
      this.#silent = !(error instanceof HttpError);
      if (signal.aborted) throw new Error(`no answer within ${timeoutMs / 1000} s`);
      throw error instanceof AbortError ? new Error('it ended the connection in the middle of an answer') : error;
    }
  }
}

/** 1.x knows users and Basic authentication; 2.x, 3 and the v2 address of 1.8 know tokens. */
function credentials(
  token: string | undefined,
  writeApi: 'v1' | 'v2',
): { token?: string; headers?: Record<string, string> } {
  if (!token) return {};
  if (writeApi === 'v2' || !token.includes(':')) return { token };
  return { headers: { authorization: `Basic ${Buffer.from(token).toString('base64')}` } };
}

function reasonOf(error: unknown): string {
  if (error instanceof HttpError) return error.json?.error ?? error.json?.message ?? error.message;
  return error instanceof Error ? error.message || error.name : String(error);
}

/** Retry-After in seconds, as HTTP has it; the client takes it for milliseconds. 0 when there is none. */
function retryAfterMs(error: unknown): number {
  const header = error instanceof HttpError ? error.headers?.['retry-after'] : undefined;
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}
