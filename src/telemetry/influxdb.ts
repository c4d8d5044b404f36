import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { AbortError, HttpError, InfluxDB, setLogger, type WriteApi } from '@influxdata/influxdb-client';
import type { Settings } from '../settings/schema.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import { createDatabase, latestStatement, rangeStatement, showDatabases } from './influxql.ts';
import { BatchRefused, type RefusedLine, sendAndIsolate } from './isolate.ts';
import { toLines } from './line-protocol.ts';
import type { Bucket, LatestValue, Telemetry } from './port.ts';

/** Lines in a request: InfluxDB's documented optimum, and measured to be enough (131,000 lines a second). */
const maxLines = 5000;
/** A write may wait for a busy server; a person does not wait so long for a chart. */
const writeTimeoutMs = 30_000;
const queryTimeoutMs = 10_000;
/** Answers that mean the content, not the server: bad lines, too large, beyond the retention of 2.x. */
const refusals = new Set([400, 413, 422]);

export type InfluxOptions = Settings['telemetry']['influxdb'] & {
  log: Logger;
  /** Called after each write with the lines that were refused for good, mostly none. */
  onWritten: (refused: readonly RefusedLine[]) => void;
};

/**
 * InfluxDB 1.x, 2.x or 3: line protocol in, InfluxQL out. The client's own batching and retries are off, since the
 * journal is the queue: they would hold lines in memory and drop them when it takes too long.
 */
export function createInfluxTelemetry(options: InfluxOptions): Telemetry {
  const { url, database, onWritten } = options;
  setLogger({
    error: (message, error) => options.log.debug({ err: error }, message),
    warn: (message, error) => options.log.debug({ err: error }, message),
  });
  const agent = hangUpOnTimeout(url);
  let known: Connection | null = null;
  const connection = async () => {
    known ??= connect(options, agent, options.writeApi === 'auto' ? await writeApiOf(url) : options.writeApi);
    return known;
  };

  async function send(lines: readonly string[]): Promise<void> {
    const { writer, writeApi } = await connection();
    try {
      writer.writeRecords(lines as string[]);
      await writer.flush();
    } catch (error) {
      if (!(error instanceof HttpError)) throw unavailable(url, error);
      if (refusals.has(error.statusCode)) throw new BatchRefused(reasonOf(error));
      // InfluxDB below 1.8 has no such page; a missing bucket has a 404 in JSON.
      const tooOld = writeApi === 'v2' && error.statusCode === 404 && !error.json;
      throw unavailable(url, tooOld ? new Error('it has no /api/v2/write; below 1.8 set writeApi to v1') : error);
    }
  }

  async function query(statement: string, method: 'GET' | 'POST' = 'GET'): Promise<number[][]> {
    const { influx } = await connection();
    const parameters = new URLSearchParams({ db: database, epoch: 'ms', q: statement });
    let answer: { results?: { error?: string; series?: { values: number[][] }[] }[] };
    try {
      answer = await influx.transport.request(`/query?${parameters}`, '', {
        method,
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(queryTimeoutMs),
      });
    } catch (error) {
      throw unavailable(url, error);
    }
    const result = answer.results?.[0];
    if (result?.error) throw unavailable(url, new Error(result.error));
    return result?.series?.flatMap((series) => series.values) ?? [];
  }

  return {
    batchSize: 20_000,

    async prepare() {
      // It may be another server by now.
      known?.writer.dispose();
      known = null;
      const { influx, writeApi } = await connection();
      if (writeApi === 'v2') {
        await influx.transport.request('/ping', '', { method: 'GET' }).catch((error: unknown) => {
          throw unavailable(url, error);
        });
        return;
      }
      const names = (await query(showDatabases)).flat().map(String);
      if (!names.includes(database)) await query(createDatabase(database), 'POST');
    },

    async write(readings) {
      const { lines, refused } = toLines(readings);
      for (let start = 0; start < lines.length; start += maxLines) {
        const batch = lines.slice(start, start + maxLines);
        const bad = await sendAndIsolate(batch, send);
        if (bad.length === batch.length) await requireThatItTakesAnything(send, url);
        refused.push(...bad);
      }
      onWritten(refused);
    },

    async range(rangeQuery) {
      const rows = await query(rangeStatement(rangeQuery));
      return rows.map(([at, mean, min, max, count]) => ({ at, mean, min, max, count }) as Bucket);
    },

    async latest(deviceId, channels) {
      const found = await Promise.all(
        channels.map(async (channel): Promise<LatestValue[]> => {
          const rows = await query(latestStatement(deviceId, channel));
          return rows.map(([measuredAt, value]) => ({ channel, value, measuredAt }) as LatestValue);
        }),
      );
      return found.flat();
    },

    async close() {
      known?.writer.dispose();
      agent.destroy();
    },
  };
}

/**
 * A server that refuses every line of a batch may be one that refuses everything, for a setting of ours or its own;
 * then nothing must be given up. A line that is surely good tells. It has no time of its own, so no retention drops it.
 */
async function requireThatItTakesAnything(send: (lines: string[]) => Promise<void>, url: string): Promise<void> {
  await send(['tocsin_check ok=1']).catch((error: unknown) => {
    throw error instanceof BatchRefused ? unavailable(url, error) : error;
  });
}

interface Connection {
  influx: InfluxDB;
  writer: WriteApi;
  writeApi: 'v1' | 'v2';
}

function connect(options: InfluxOptions, agent: HttpAgent, writeApi: 'v1' | 'v2'): Connection {
  const { url, database, organisation, token } = options;
  const influx = new InfluxDB({
    url,
    timeout: writeTimeoutMs,
    transportOptions: { agent },
    ...credentials(token, writeApi),
  });
  const writer: WriteApi = influx.getWriteApi(organisation, database, 'ms', {
    // With exactly `batchSize` lines the client flushes by itself, and flush() resolves whatever came of it.
    batchSize: maxLines + 1,
    maxBatchBytes: 2 ** 30,
    flushInterval: 0,
    maxRetries: 0,
  });
  if (writeApi === 'v1') writer.path = `/write?db=${encodeURIComponent(database)}&precision=ms`;
  return { influx, writer, writeApi };
}

/** What the server writes with, by the version that it says at /ping: any 1.x takes /write, all later /api/v2/write. */
async function writeApiOf(url: string): Promise<'v1' | 'v2'> {
  try {
    const answer = await fetch(new URL('ping', url.endsWith('/') ? url : `${url}/`), {
      signal: AbortSignal.timeout(queryTimeoutMs),
    });
    return answer.headers.get('x-influxdb-version')?.replace(/^v/, '').startsWith('1.') ? 'v1' : 'v2';
  } catch (error) {
    throw unavailable(url, error instanceof Error ? (error.cause ?? error) : error);
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

/** The client reports a timeout but keeps the connection; to a server that hangs for hours they would pile up. */
function hangUpOnTimeout(url: string): HttpAgent {
  const agent = url.startsWith('https:') ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    socket?.on('timeout', () => socket.destroy());
    return socket;
  };
  return agent;
}

function reasonOf(error: unknown): string {
  if (error instanceof HttpError) return error.json?.error ?? error.json?.message ?? error.message;
  if (error instanceof AbortError) return `no answer within ${queryTimeoutMs / 1000} s`;
  return error instanceof Error ? error.message || error.name : String(error);
}

function unavailable(url: string, error: unknown): TocsinError {
  const reason = reasonOf(error);
  return new TocsinError(
    'TELEMETRY_UNAVAILABLE',
    `InfluxDB at ${url} cannot be used: ${reason.trim()}. Check that it runs, and telemetry.influxdb in the settings.`,
    { reason },
  );
}
