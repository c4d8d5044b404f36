import type { QuarantinedFrameDetail } from '../../../src/api/contract.ts';

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
      replayId: null,
      receivedAt: now - (index * 7 + 1) * 60_000,
      code,
      reason,
      size: size ?? payload.length,
      payload: payload.toString('base64'),
    };
  });
}
