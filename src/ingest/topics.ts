/** Where a device publishes what it measures. */
export function upTopic(deviceId: string): string {
  return `tocsin/v1/${deviceId}/up`;
}

/** Where a device is sent commands. */
export function downTopic(deviceId: string): string {
  return `tocsin/v1/${deviceId}/down`;
}
