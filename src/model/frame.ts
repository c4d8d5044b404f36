/** Ways by which a frame can come in. */
export type Intake = 'mqtt' | 'http';

/** One accepted message as it came: nothing decoded, nothing judged. */
export interface Frame {
  deviceId: string;
  topic: string;
  via: Intake;
  /** Milliseconds since the epoch, by the gateway's clock. */
  receivedAt: number;
  payload: Uint8Array;
}
