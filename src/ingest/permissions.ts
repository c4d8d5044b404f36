import { TocsinError } from '../shared/errors.ts';
import { upTopic } from './topics.ts';

/** Why a device may not publish this; null when it may. Sizes in bytes. */
export function whyNotPublish(deviceId: string, ownTopic: string, topic: string, size: number, maxPayload: number) {
  if (topic !== ownTopic) {
    const text = `Device ${deviceId} may publish on ${upTopic(deviceId)} only.`;
    return new TocsinError('TOPIC_FORBIDDEN', text, { topic });
  }
  if (size > maxPayload) return payloadTooLarge(size, maxPayload);
  return null;
}

/** The same sentence wherever it is found out. Sizes in bytes. */
export function payloadTooLarge(size: number, maxPayload: number): TocsinError {
  const text = `The payload has ${size} bytes, at most ${maxPayload} are taken; send fewer samples at once.`;
  return new TocsinError('PAYLOAD_TOO_LARGE', text, { size, maxPayload });
}
