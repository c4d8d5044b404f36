/**
 * What one device measured at one moment: the values of one or several channels.
 * A sample is the step of the rule fold, so that a rule over two channels sees both at once.
 */
export interface Sample {
  deviceId: string;
  /** Milliseconds since the epoch: the device's own clock where the payload has a time, else `receivedAt`. */
  measuredAt: number;
  /** Milliseconds since the epoch, by the gateway's clock. */
  receivedAt: number;
  /** `clock`: the device's own time was off, and `measuredAt` was put right by the time of receipt; absent when good. */
  quality?: 'clock';
  /** Channel name → value in the channel's unit; a switch is 0 or 1. */
  values: Record<string, number>;
}
