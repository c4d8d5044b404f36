import { isUtf8 } from 'node:buffer';
import type { DeviceType } from '../model/device-type.ts';
import type { Frame } from '../model/frame.ts';
import type { Sample } from '../model/sample.ts';
import type { Scale } from '../model/units.ts';
import type { Settings } from '../settings/schema.ts';
import { type Misdated, placeMisdated } from './misdated.ts';
import { type DecodeProblem, Problems, quoted } from './problems.ts';
import { deviceTime } from './time.ts';
import { channelValue, lookUp, ownUnit } from './value.ts';

/** Samples in one frame; a day of minutes is 1,440. More is one device asking for too much of everyone's time. */
export const maxSamples = 10_000;

export interface DecodeLimits {
  /** How far ahead of the gateway's clock a measurement may be, milliseconds. */
  maxFutureMs: number;
  /** How old a measurement may be when it comes in, milliseconds. */
  maxAgeMs: number;
}

/** The limits that the settings give. */
export function decodeLimits({ maxFuture, maxAge }: Pick<Settings['intake'], 'maxFuture' | 'maxAge'>): DecodeLimits {
  return { maxFutureMs: maxFuture, maxAgeMs: maxAge };
}

export interface Decoded {
  samples: Sample[];
  problems: DecodeProblem[];
}

/**
 * Turns a frame's payload into samples. Never throws: what is wrong becomes a problem and the rest is taken, channel by
 * channel within a sample and sample by sample within a batch. What a clock that is off has dated is taken at the time
 * of receipt. A key that is in an object twice counts once, the last.
 */
export function decode(
  type: DeviceType,
  frame: Pick<Frame, 'deviceId' | 'payload' | 'receivedAt'>,
  limits: DecodeLimits,
): Decoded {
  const problems = new Problems();
  const body = parse(frame.payload, problems);
  return body === undefined
    ? { samples: [], problems: problems.list() }
    : decodeBody(type, body, frame, limits, problems);
}

/** As `decode`, from the payload's JSON value. */
export function decodeBody(
  type: DeviceType,
  body: unknown,
  frame: Pick<Frame, 'deviceId' | 'receivedAt'>,
  limits: DecodeLimits,
  problems = new Problems(),
): Decoded {
  const samples: Sample[] = [];
  const misdated: Misdated[] = [];
  const batch = batchOf(body, problems);
  if (batch) {
    for (let index = 0; index < batch.length; index++) {
      problems.sample = index;
      decodeSample(type, batch[index], frame, limits, samples, misdated, problems);
    }
  } else {
    decodeSample(type, body, frame, limits, samples, misdated, problems);
  }
  if (misdated.length > 0) placeMisdated(samples, misdated, frame.receivedAt, limits);
  return { samples, problems: problems.list() };
}

/** The JSON value, or undefined with a problem noted. */
function parse(payload: Uint8Array, problems: Problems): unknown {
  if (payload.length === 0) return problems.add('PAYLOAD_NOT_JSON', 'The payload is empty; send a JSON object.');
  if (!isUtf8(payload)) return problems.add('PAYLOAD_NOT_JSON', 'The payload is not UTF-8 text.');
  try {
    const { buffer, byteOffset, byteLength } = payload;
    return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'));
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return problems.add('PAYLOAD_NOT_JSON', `The payload is not JSON: ${what.slice(0, 120)}.`);
  }
}

/** The samples of a batch; null when the body is one sample. An unusable batch is empty, with a problem noted. */
function batchOf(body: unknown, problems: Problems): readonly unknown[] | null {
  let batch: unknown = body;
  if (!Array.isArray(body)) {
    if (body === null || typeof body !== 'object' || !Object.hasOwn(body, 'samples')) return null;
    const { samples, ...others } = body as Record<string, unknown>;
    const other = Object.keys(others)[0];
    if (other !== undefined) {
      problems.add('PAYLOAD_SHAPE', `Beside "samples" there may be nothing; ${quoted(other)} was left out.`);
    }
    batch = samples;
  }
  if (!Array.isArray(batch)) return refuse(problems, '"samples" must be a list of objects.');
  if (batch.length === 0) return refuse(problems, 'The batch has no sample in it.');
  if (batch.length > maxSamples) {
    return refuse(problems, `The batch has ${batch.length} samples; at most ${maxSamples} may come in one frame.`);
  }
  return batch;
}

function refuse(problems: Problems, reason: string): [] {
  problems.add('PAYLOAD_SHAPE', reason);
  return [];
}

function decodeSample(
  type: DeviceType,
  input: unknown,
  frame: Pick<Frame, 'deviceId' | 'receivedAt'>,
  limits: DecodeLimits,
  samples: Sample[],
  misdated: Misdated[],
  problems: Problems,
): void {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    problems.add('PAYLOAD_SHAPE', 'A sample must be a JSON object with channels in it, such as {"level": 12.4}.');
    return;
  }
  const object = input as Record<string, unknown>;
  const { at: measuredAt, problem } = deviceTime(timeIn(type, object), frame.receivedAt, limits);
  if (problem) problems.add(problem.code, problem.reason);
  const values: Record<string, number> = {};
  const { map } = type;
  let taken = 0;
  let offered = 0;
  for (const key of Object.keys(object)) {
    if (key === 'time' || map?.some((entry) => entry.path[0] === key)) continue;
    offered++;
    if (take(type, key, object[key], ownUnit, values, problems)) taken++;
  }
  for (const entry of map ?? []) {
    const raw = entry.channel === 'time' ? undefined : lookUp(object, entry.path);
    if (raw === undefined) continue;
    offered++;
    if (take(type, entry.channel, raw, entry, values, problems)) taken++;
  }
  const sample: Sample = { deviceId: frame.deviceId, measuredAt, receivedAt: frame.receivedAt, values };
  if (taken > 0 && problem) misdated.push({ sample });
  else if (taken > 0) samples.push(sample);
  else if (offered === 0) problems.add('PAYLOAD_SHAPE', `The sample has no channel in it; ${channelsOf(type)}.`);
}

/** Takes one value in, or notes what is wrong with it. */
function take(
  type: DeviceType,
  name: string,
  raw: unknown,
  scale: Scale,
  values: Record<string, number>,
  problems: Problems,
): boolean {
  const channel = type.channelByName.get(name);
  if (!channel) {
    problems.add('CHANNEL_UNKNOWN', unknownChannel(type, name));
    return false;
  }
  const value = channelValue(channel, raw, scale);
  if (typeof value !== 'number') {
    problems.add(value.code, value.reason);
    return false;
  }
  values[name] = value;
  return true;
}

function timeIn(type: DeviceType, object: Record<string, unknown>): unknown {
  const mapped = type.map?.find((entry) => entry.channel === 'time');
  if (mapped) return lookUp(object, mapped.path);
  return Object.hasOwn(object, 'time') ? object.time : undefined;
}

function unknownChannel(type: DeviceType, name: string): string {
  return `${quoted(name)} is no channel of a ${type.id}; ${channelsOf(type)}.`;
}

function channelsOf(type: DeviceType): string {
  return `its channels are ${type.channels.map(({ name }) => name).join(', ')}`;
}
