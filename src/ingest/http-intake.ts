import { type Decoded, decode, decodeLimits } from '../devices/decode.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { Sample } from '../model/sample.ts';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import { TocsinError } from '../shared/errors.ts';
import type { KnownDevice, KnownDevices } from './known-devices.ts';
import type { DeviceLimits } from './limits/device-limits.ts';
import type { FrameIntake } from './limits/frame-intake.ts';
import { payloadTooLarge } from './permissions.ts';
import type { Refusals } from './refusals.ts';
import { upTopic } from './topics.ts';

export interface HttpFrame {
  deviceId: string;
  secret: string;
  payload: Uint8Array;
}

/** What became of a frame: samples taken, and what was wrong with the others. */
export interface AcceptedFrame {
  samples: number;
  problems: Decoded['problems'];
}

export type AcceptHttp = (frame: HttpFrame) => Promise<AcceptedFrame>;

export interface HttpIntakeParts {
  intake: Settings['intake'];
  limits: DeviceLimits;
  frames: FrameIntake;
  devices: KnownDevices;
  deviceTypes: ReadonlyMap<string, DeviceType>;
  refusals: Refusals;
  clock: Clock;
}

/**
 * Makes the function behind `POST /api/v1/frames`. Unlike MQTT it can say what is wrong, so it decodes first: a frame
 * with nothing usable in it is refused, one with some good samples is taken whole and its bad ones go to quarantine
 * later, as they would over MQTT. Resolves when the frame is durable.
 *
 * Rejects with TocsinError CREDENTIAL_INVALID, DEVICE_DISABLED, DEVICE_TYPE_UNKNOWN, PAYLOAD_TOO_LARGE,
 * RATE_LIMITED with the seconds to wait, JOURNAL_UNAVAILABLE, or the first problem that decoding found.
 */
export function httpIntake(parts: HttpIntakeParts): AcceptHttp {
  const { limits, frames, devices, refusals, clock } = parts;
  return async ({ deviceId, secret, payload }) => {
    const topic = upTopic(deviceId);
    const receivedAt = clock.now();
    let device: KnownDevice | null = null;
    let decoded: Decoded;
    try {
      device = devices.authenticate(deviceId, secret);
      frames.admit(device, limits.of(device), payload);
      decoded = judge(parts, device, payload, receivedAt);
    } catch (error) {
      if (error instanceof TocsinError) {
        refusals.note(device, error, { via: 'http', topic, payload, size: payload.length });
      }
      throw error;
    }
    await frames.store(device, limits.of(device), { deviceId, topic, via: 'http', receivedAt, payload });
    return { samples: decoded.samples.length, problems: decoded.problems };
  };
}

function judge(parts: HttpIntakeParts, device: KnownDevice, payload: Uint8Array, receivedAt: number): Decoded {
  const { maxPayload } = parts.intake;
  if (payload.length > maxPayload) throw payloadTooLarge(payload.length, maxPayload);
  const type = parts.deviceTypes.get(device.type);
  if (type === undefined) {
    const text = `Device ${device.id} is of type ${device.type}, which this Tocsin does not know.`;
    throw new TocsinError('DEVICE_TYPE_UNKNOWN', text);
  }
  const decoded = decode(type, { deviceId: device.id, payload, receivedAt }, decodeLimits(parts.intake));
  const problem = decoded.problems[0];
  const isUsable = (sample: Sample) => sample.quality !== 'clock' || mayBeLifeSafety(type, sample);
  // Who sends by HTTP hears of it and can send it again with the right time. What lives may hang on is taken all the same.
  if (!decoded.samples.some(isUsable) && problem) throw new TocsinError(problem.code, problem.reason);
  return decoded;
}

function mayBeLifeSafety(type: DeviceType, { values }: Sample): boolean {
  return type.channels.some(({ name, lifeSafety }) => lifeSafety && values[name] !== undefined);
}
