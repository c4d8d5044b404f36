import type { JournalWriter } from '../../src/journal/port.ts';
import type { Frame } from '../../src/model/frame.ts';

/** Appends frames to partition 0, a second apart, and waits until all are durable. */
export async function appendFrames(
  journal: JournalWriter,
  count: number,
  frameOf: (index: number) => { deviceId: string; payload: string; receivedAt?: number },
): Promise<void> {
  const appended = Array.from({ length: count }, (_, index) => {
    const { deviceId, payload, receivedAt = 1_772_323_200_000 + index * 1000 } = frameOf(index);
    const topic = `tocsin/v1/${deviceId}/up`;
    const frame: Frame = { deviceId, topic, via: 'mqtt', receivedAt, payload: Buffer.from(payload) };
    return new Promise<void>((resolve, reject) => {
      journal.append(0, { kind: 'frame', frame }, (error) => (error ? reject(error) : resolve()));
    });
  });
  await Promise.all(appended);
}
