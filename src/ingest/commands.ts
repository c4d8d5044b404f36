import type { Aedes } from 'aedes';
import { TocsinError } from '../shared/errors.ts';
import type { Connections } from './connections.ts';
import type { KnownDevices } from './known-devices.ts';
import { listens, waitingMessages } from './sessions.ts';
import { downTopic } from './topics.ts';

/** Commands that wait in one session; Aedes itself has no bound. */
const MAX_WAITING = 32;

export interface Command {
  command: string;
  arguments: Record<string, unknown>;
}

export type SendCommand = (deviceId: string, command: Command) => Promise<void>;

/**
 * Makes the function that publishes a command on a device's command topic, QoS 1. It resolves once the command is on
 * its way: written to a connection that listens, or waiting in a kept session (clean session off) for the device to
 * come back. Kept sessions live in memory: a restart of Tocsin empties them. Delivery is at least once, and the promise
 * does not say that the device has done anything.
 *
 * It rejects with TocsinError DEVICE_UNKNOWN, DEVICE_DISABLED, DEVICE_UNREACHABLE when the device neither listens nor
 * has a kept session, TOO_MANY_REQUESTS when 32 commands wait in a session already.
 */
export function commandSender(broker: Aedes, devices: KnownDevices, connections: Connections): SendCommand {
  return async (deviceId, { command, arguments: given }) => {
    const device = devices.get(deviceId);
    if (device === undefined) throw new TocsinError('DEVICE_UNKNOWN', `There is no device ${deviceId}.`);
    if (device.state !== 'active') {
      throw new TocsinError('DEVICE_DISABLED', `Device ${deviceId} is disabled; set it active first.`);
    }
    const topic = downTopic(deviceId);
    const waiting = await waitingMessages(broker, topic);
    if (waiting.length === 0 && !connections.ofDevice(deviceId).some((client) => listens(client, topic))) {
      const text = `Device ${deviceId} is not listening on ${topic}; send the command again when it is connected.`;
      throw new TocsinError('DEVICE_UNREACHABLE', text);
    }
    if (waiting.some((count) => count >= MAX_WAITING)) {
      const text = `${MAX_WAITING} commands wait for device ${deviceId} already; wait until it has taken them.`;
      throw new TocsinError('TOO_MANY_REQUESTS', text);
    }
    const payload = Buffer.from(JSON.stringify({ command, arguments: given }));
    await new Promise<void>((resolve, reject) => {
      broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  };
}
