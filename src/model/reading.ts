/** A decoded value of one channel. */
export interface Reading {
  deviceId: string;
  deviceType: string;
  channel: string;
  /** In the channel's unit; a switch is 0 or 1. */
  value: number;
  measuredAt: number;
  receivedAt: number;
}
