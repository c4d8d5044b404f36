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

/**
 * The channel that has a 1 at each time of a channel's readings that was put right, since the device's own clock was off
 * (`Sample.quality`). No device type has a channel of such a name, so every telemetry store keeps it like any other, and
 * readings whose time is good cost nothing.
 */
export function clockMarkOf(channel: string): string {
  return `${channel}.clock`;
}
