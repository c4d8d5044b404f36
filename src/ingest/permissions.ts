import { TocsinError } from '../shared/errors.ts';
import { upTopic } from './topics.ts';

export interface Publication {
  topic: string;
  qos: number;
  retain: boolean;
  /** Bytes of the payload. */
  size: number;
}

/** Why a device may not publish this; null when it may. A limit by device belongs here. */
export function whyNotPublish(deviceId: string, ownTopic: string, message: Publication, maxPayload: number) {
  const { topic, qos, retain, size } = message;
  if (topic !== ownTopic) {
    const text = `Device ${deviceId} may publish on ${upTopic(deviceId)} only.`;
    return new TocsinError('TOPIC_FORBIDDEN', text, { topic });
  }
  if (qos === 2) {
    // Samples carry their time and are the same twice; what QoS 2 costs the journal would buy nothing.
    return new TocsinError('QOS_UNSUPPORTED', 'QoS 2 is not served; use QoS 1, whose repetitions are recognised.');
  }
  if (retain) {
    return new TocsinError('RETAIN_UNSUPPORTED', 'Retained messages are not served; publish without the retain flag.');
  }
  if (size > maxPayload) return payloadTooLarge(size, maxPayload);
  return null;
}

/** The same sentence wherever it is found out. Sizes in bytes. */
export function payloadTooLarge(size: number, maxPayload: number): TocsinError {
  const text = `The payload has ${size} bytes, at most ${maxPayload} are taken; send fewer samples at once.`;
  return new TocsinError('PAYLOAD_TOO_LARGE', text, { size, maxPayload });
}
