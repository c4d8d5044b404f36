import type { Person, QuarantineCount, QuarantinedFrameDetail, Replay } from '../../../src/api/contract.ts';

const cases: [code: string, reason: string, payload: Buffer | string, size?: number][] = [
  ['PAYLOAD_NOT_JSON', 'The payload is not JSON: unexpected end after {"level": 12.', '{"level": 12.'],
  ['CHANNEL_UNKNOWN', 'A flood-gauge has no channel depth; did you mean level?', '{"depth": 12.4, "battery": 96}'],
  ['VALUE_OUT_OF_RANGE', 'level is 9999 cm; a flood-gauge measures 0 to 500 cm.', '{"level": 9999, "battery": 88}'],
  [
    'TIME_IN_FUTURE',
    'time is 2099-01-01T00:00:00Z, more than 5 min ahead of us. Set the clock of the device.',
    '{"time":"2099-01-01T00:00:00Z","level":3}',
  ],
  [
    'PAYLOAD_NOT_JSON',
    'The payload is not JSON: it begins with byte 0x01.',
    Buffer.from([1, 0, 255, 18, 52, 86, 120, 154, 188, 222, 240, 0, 65, 66, 67, 10, 200, 3]),
  ],
  ['PAYLOAD_TOO_LARGE', 'The payload has 10485760 bytes; 65536 are allowed.', 'x'.repeat(4096), 10_485_760],
];

export function makeQuarantine(now: number): QuarantinedFrameDetail[] {
  return Array.from({ length: 18 }, (_, index) => {
    const [code, reason, content, size] = cases[index % cases.length]!;
    const payload = Buffer.from(content);
    const deviceId = index % 7 === 6 ? null : `flood-gauge-${String(1 + (index % 9)).padStart(3, '0')}`;
    return {
      id: 900 - index,
      deviceId,
      topic: `tocsin/v1/${deviceId ?? 'unknown'}/up`,
      via: index % 4 === 3 ? 'http' : 'mqtt',
      replayId: index % 5 === 4 && deviceId !== null ? 2 : null,
      receivedAt: now - (index * 7 + 1) * 60_000,
      code,
      reason,
      size: size ?? payload.length,
      payload: payload.toString('base64'),
    };
  });
}

export function countQuarantine(frames: readonly QuarantinedFrameDetail[]): QuarantineCount[] {
  const groups = Map.groupBy(frames, ({ deviceId, code }) => `${deviceId} ${code}`);
  return [...groups.values()].map((group) => {
    const resolved = group.filter((frame) => frame.replayId !== null).length;
    const times = group.map((frame) => frame.receivedAt);
    const { deviceId, code, reason } = group[0]!;
    return {
      deviceId,
      code,
      reason,
      count: group.length * 37,
      firstAt: Math.min(...times),
      lastAt: Math.max(...times),
      waiting: group.length - resolved,
      resolved,
    };
  });
}

export function makeReplays(now: number): Replay[] {
  const judged = {
    devices: 1,
    frames: 1440,
    stillWrong: 2,
    resolved: 63,
    raisedLate: 1,
    retracted: 2,
    reinstated: 0,
    corrected: 1,
    leftAlone: 1,
    since: now - 86_400_000,
  };
  const replay: Replay = {
    id: 2,
    deviceId: 'flood-gauge-002',
    deviceType: null,
    from: now - 86_400_000,
    dryRun: false,
    requestedAt: now - 3_600_000,
    by: null,
    state: 'done',
    readEntries: 90_000,
    toRead: 90_000,
    finishedAt: now - 3_590_000,
    judged,
    written: { readings: 4320 },
    error: null,
  };
  return [replay, { ...replay, id: 1, dryRun: true, requestedAt: now - 3_700_000, written: null }];
}

/** It goes on for ever: as the page shows it while it does. */
export function runningReplay(before: readonly Replay[], person: Person, body: Record<string, unknown>): Replay {
  return {
    ...before[0]!,
    id: before.length + 1,
    deviceId: String(body.deviceId),
    from: Number(body.from),
    dryRun: body.dryRun === true,
    requestedAt: Date.now(),
    by: { id: person.id, name: person.name },
    state: 'running',
    readEntries: 31_000,
    toRead: 90_000,
    finishedAt: null,
    judged: null,
    written: null,
  };
}
