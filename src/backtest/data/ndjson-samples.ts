import { type DecodeLimits, decodeBody } from '../../devices/decode.ts';
import { quoted } from '../../devices/problems.ts';
import { deviceIdPattern } from '../../model/device.ts';
import type { Sample } from '../../model/sample.ts';
import type { DataOptions } from './data-options.ts';
import type { DataReport } from './data-report.ts';
import { Moments } from './moment.ts';

type Line = Record<string, unknown>;

/** History came in as it was measured, so nothing is too late or ahead. */
const noLimits: DecodeLimits = { maxFutureMs: Number.POSITIVE_INFINITY, maxAgeMs: Number.POSITIVE_INFINITY };

/**
 * Samples of a file with one JSON value a line, batch by batch. A line is what a device sends, which may be wrapped:
 * `{"device":…,"received":…,"time":…,"values":{…}}` or `{"device":…,"received":…,"payload":…}`.
 */
export async function* ndjsonSamples(
  text: AsyncIterable<string>,
  options: DataOptions,
  report: DataReport,
): AsyncGenerator<Sample[]> {
  const lines = new NdjsonLines(options, report);
  let rest = '';
  let line = 0;
  for await (const piece of text) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop()!;
    const samples: Sample[] = [];
    for (const part of parts) lines.take(part, ++line, samples);
    if (samples.length > 0) yield samples;
  }
  const samples: Sample[] = [];
  lines.take(rest, line + 1, samples);
  if (samples.length > 0) yield samples;
}

class NdjsonLines {
  readonly #options: DataOptions;
  readonly #report: DataReport;
  readonly #moments: Moments;

  constructor(options: DataOptions, report: DataReport) {
    this.#options = options;
    this.#report = report;
    this.#moments = new Moments(options, report);
  }

  take(text: string, line: number, into: Sample[]): void {
    if (text.trim() === '') return;
    const report = this.#report;
    report.lines++;
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      report.problems.add(line, 'PAYLOAD_NOT_JSON', `The line is not JSON: ${why.slice(0, 120)}.`);
      return;
    }
    const { deviceId, received, payload } = this.#unwrap(body);
    if (typeof deviceId !== 'string' || !deviceIdPattern.test(deviceId)) {
      report.problems.add(line, 'DEVICE_UNKNOWN', `${quoted(deviceId)} cannot be the id of a device.`);
      return;
    }
    const receivedAt = received === undefined ? null : this.#moments.read('The received time', received, line);
    if (received !== undefined && receivedAt === null) return;
    if (receivedAt !== null) report.hasReceived = true;
    this.#decode(deviceId, receivedAt, payload, line, into);
  }

  /** What stands around a payload, and the payload. */
  #unwrap(body: unknown): { deviceId: unknown; received: unknown; payload: unknown } {
    const { device } = this.#options;
    if (body === null || typeof body !== 'object' || Array.isArray(body)) {
      return { deviceId: device, received: undefined, payload: body };
    }
    const line = body as Line;
    const { device: named, deviceId, received, receivedAt, received_at, payload, values, ...own } = line;
    const around = { deviceId: named ?? deviceId ?? device, received: received ?? receivedAt ?? received_at };
    if (payload !== undefined) return { ...around, payload };
    const inner = values !== null && typeof values === 'object' && !Array.isArray(values) ? { ...own, ...values } : own;
    return { ...around, payload: inner };
  }

  #decode(deviceId: string, receivedAt: number | null, payload: unknown, line: number, into: Sample[]): void {
    const { type, limits } = this.#options;
    const report = this.#report;
    const body = this.#withMoments(payload, line);
    if (body === undefined) return;
    const frame = { deviceId, receivedAt: receivedAt ?? Number.NaN };
    const { samples, problems } = decodeBody(type, body, frame, receivedAt === null ? noLimits : limits);
    for (const { code, reason } of problems) report.problems.add(line, code, reason);
    for (const sample of samples) {
      if (receivedAt === null) sample.receivedAt = sample.measuredAt;
      if (Number.isNaN(sample.measuredAt)) {
        report.problems.add(line, 'TIME_INVALID', 'The line has neither "time" nor "received".');
        continue;
      }
      report.readings += Object.keys(sample.values).length;
      into.push(sample);
    }
  }

  /** The payload with times as numbers, so that what people write in files is read as in a CSV. */
  #withMoments(payload: unknown, line: number): unknown {
    if (Array.isArray(payload))
      return payload.map((one) => this.#withMoments(one, line)).filter((one) => one !== undefined);
    if (payload === null || typeof payload !== 'object') return payload;
    const body = payload as Line;
    if (Array.isArray(body.samples)) return { ...body, samples: this.#withMoments(body.samples, line) };
    if (body.time === undefined) return body;
    const time = this.#moments.read('The time', body.time, line);
    return time === null ? undefined : { ...body, time };
  }
}
