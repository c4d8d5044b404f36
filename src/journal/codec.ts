import type { BaselineWord } from '../model/baseline-word.ts';
import type { Intake } from '../model/frame.ts';
import { type ErrorCode, errorCodes, TocsinError } from '../shared/errors.ts';
import type { Entry } from './port.ts';

/**
 * The body of a record, little-endian. The first byte says what it is; a changed layout takes a new number, so that
 * old segments stay readable.
 *
 *     1 frame    via u8, receivedAt f64, device id (u8 length), topic (u16 length), payload to the end
 *     2 tick     at f64
 *     3 refused  via u8, receivedAt f64, device id (u8 length, 0 for none), topic (u16), code (u8), reason (u16),
 *                size f64, payload to the end
 *     4 rules    at f64, version f64
 *     5 word     at f64, damping f64, normal u8, device id (u8 length), channel (u8 length)
 *
 * Times are f64 since a JavaScript number is one. Strings are UTF-8.
 */
const FRAME = 1;
const TICK = 2;
const REFUSED = 3;
const RULES = 4;
const WORD = 5;

const normals: readonly BaselineWord['normal'][] = ['keep', 'accept', 'take-back'];

const intakes: readonly Intake[] = ['mqtt', 'http'];

/** Bytes that the body may take at most: UTF-8 has up to three bytes for a UTF-16 unit. */
export function largestBody(entry: Entry): number {
  if (entry.kind === 'frame') {
    const { deviceId, topic, payload } = entry.frame;
    return 13 + 3 * (deviceId.length + topic.length) + payload.length;
  }
  if (entry.kind === 'tick') return 9;
  if (entry.kind === 'rules') return 17;
  if (entry.kind === 'word') return 20 + 3 * (entry.word.deviceId.length + entry.word.channel.length);
  const { deviceId, topic, code, reason, payload } = entry.refusal;
  return 24 + 3 * ((deviceId?.length ?? 0) + topic.length + code.length + reason.length) + payload.length;
}

/** Writes the body at `at`, where `largestBody` bytes are free. Returns the position after it. */
export function encodeBody(entry: Entry, bytes: Buffer, at: number): number {
  if (entry.kind === 'tick') {
    bytes[at] = TICK;
    return bytes.writeDoubleLE(entry.at, at + 1);
  }
  if (entry.kind === 'rules') {
    bytes[at] = RULES;
    return bytes.writeDoubleLE(entry.version, bytes.writeDoubleLE(entry.at, at + 1));
  }
  if (entry.kind === 'word') {
    const { deviceId, channel, damping, normal } = entry.word;
    bytes[at] = WORD;
    const end = bytes.writeDoubleLE(damping, bytes.writeDoubleLE(entry.at, at + 1));
    bytes[end] = normals.indexOf(normal);
    return writeShort(channel, bytes, writeShort(deviceId, bytes, end + 1));
  }
  if (entry.kind === 'frame') {
    const { deviceId, topic, via, receivedAt, payload } = entry.frame;
    bytes[at] = FRAME;
    bytes[at + 1] = intakes.indexOf(via);
    let end = bytes.writeDoubleLE(receivedAt, at + 2);
    end = writeShort(deviceId, bytes, end);
    end = writeLong(topic, bytes, end);
    bytes.set(payload, end);
    return end + payload.length;
  }
  const { deviceId, topic, via, receivedAt, code, reason, size, payload } = entry.refusal;
  bytes[at] = REFUSED;
  bytes[at + 1] = intakes.indexOf(via);
  let end = bytes.writeDoubleLE(receivedAt, at + 2);
  end = writeShort(deviceId ?? '', bytes, end);
  end = writeLong(topic, bytes, end);
  end = writeShort(code, bytes, end);
  end = writeLong(reason, bytes, end);
  end = bytes.writeDoubleLE(size, end);
  bytes.set(payload, end);
  return end + payload.length;
}

/**
 * Reads a body. The payload is a view into `body`, not a copy.
 * @throws TocsinError JOURNAL_DAMAGED when it is none that this version knows.
 */
export function decodeBody(body: Buffer): Entry {
  const kind = body[0];
  if (kind === TICK && body.length === 9) return { kind: 'tick', at: body.readDoubleLE(1) };
  if (kind === RULES && body.length === 17) {
    return { kind: 'rules', at: body.readDoubleLE(1), version: body.readDoubleLE(9) };
  }
  try {
    if (kind === FRAME) return decodeFrame(body);
    if (kind === REFUSED) return decodeRefusal(body);
    if (kind === WORD) return decodeWord(body);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
  }
  throw new TocsinError(
    'JOURNAL_DAMAGED',
    'The journal holds an entry that this version of Tocsin cannot read; start the version that wrote it.',
    { kind: kind ?? null },
  );
}

/** When the entry of a body came in, as `entryTime`, without decoding it; -Infinity for one that is not known. */
export function bodyTime(body: Buffer): number {
  if (body[0] === TICK && body.length === 9) return body.readDoubleLE(1);
  if (body[0] === RULES && body.length === 17) return body.readDoubleLE(1);
  const known = (body[0] === FRAME || body[0] === REFUSED || body[0] === WORD) && body.length >= 10;
  if (known && body[0] === WORD) return body.readDoubleLE(1);
  return known ? body.readDoubleLE(2) : Number.NEGATIVE_INFINITY;
}

function decodeFrame(body: Buffer): Entry {
  const [deviceId, afterId] = readShort(body, 10);
  const [topic, end] = readLong(body, afterId);
  return {
    kind: 'frame',
    frame: { deviceId, topic, via: intakeAt(body), receivedAt: body.readDoubleLE(2), payload: body.subarray(end) },
  };
}

function decodeWord(body: Buffer): Entry {
  const normal = normals[body.readUInt8(17)];
  if (normal === undefined) throw new RangeError('unknown word');
  const [deviceId, next] = readShort(body, 18);
  const [channel] = readShort(body, next);
  const word = { deviceId, channel, damping: body.readDoubleLE(9), normal };
  return { kind: 'word', at: body.readDoubleLE(1), word };
}

function decodeRefusal(body: Buffer): Entry {
  const [deviceId, afterId] = readShort(body, 10);
  const [topic, afterTopic] = readLong(body, afterId);
  const [code, afterCode] = readShort(body, afterTopic);
  const [reason, afterReason] = readLong(body, afterCode);
  if (!isErrorCode(code)) throw new RangeError('unknown code');
  return {
    kind: 'refused',
    refusal: {
      deviceId: deviceId === '' ? null : deviceId,
      topic,
      via: intakeAt(body),
      receivedAt: body.readDoubleLE(2),
      code,
      reason,
      size: body.readDoubleLE(afterReason),
      payload: body.subarray(afterReason + 8),
    },
  };
}

function intakeAt(body: Buffer): Intake {
  const via = intakes[body[1]!];
  if (via === undefined) throw new RangeError('unknown intake');
  return via;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

function writeShort(text: string, bytes: Buffer, at: number): number {
  const length = bytes.write(text, at + 1);
  if (length > 0xff) throw new RangeError(`more than 255 bytes: ${text.slice(0, 40)}…`);
  bytes[at] = length;
  return at + 1 + length;
}

function writeLong(text: string, bytes: Buffer, at: number): number {
  const length = bytes.write(text, at + 2);
  if (length > 0xffff) throw new RangeError(`more than 65535 bytes: ${text.slice(0, 40)}…`);
  bytes.writeUInt16LE(length, at);
  return at + 2 + length;
}

function readShort(bytes: Buffer, at: number): [string, number] {
  const end = at + 1 + bytes.readUInt8(at);
  if (end > bytes.length) throw new RangeError('cut short');
  return [bytes.toString('utf8', at + 1, end), end];
}

function readLong(bytes: Buffer, at: number): [string, number] {
  const end = at + 2 + bytes.readUInt16LE(at);
  if (end > bytes.length) throw new RangeError('cut short');
  return [bytes.toString('utf8', at + 2, end), end];
}
