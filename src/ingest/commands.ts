import type { Client, PublishPacket } from 'aedes';
import { TocsinError } from '../shared/errors.ts';
import type { Connections } from './connections.ts';
import type { KnownDevices } from './known-devices.ts';
import type { Qos, Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import { downTopic } from './topics.ts';

/** Commands not acknowledged by one session, waiting or under way. */
const MAX_WAITING = 32;

export interface Command {
  command: string;
  arguments: Record<string, unknown>;
}

export type SendCommand = (deviceId: string, command: Command) => Promise<void>;

/** A client of a device that listens on its command topic, with a connection or, in a kept session, without. */
interface Listener {
  qos: Qos;
  session: Session;
  client?: Client | undefined;
}

/**
 * Makes the function that sends a command on a device's command topic, with the QoS that the device subscribed with. It
 * resolves once the command is on its way: written to a connection that listens, or waiting in a kept session (clean
 * session off, QoS 1 or 2) for the device to come back. Kept sessions live in memory: a restart of Tocsin empties them.
 * The promise does not say that the device has done anything.
 *
 * A client that has not acknowledged 32 commands, or that does not read its connection, is left out.
 *
 * It rejects with TocsinError DEVICE_UNKNOWN, DEVICE_DISABLED, DEVICE_UNREACHABLE when the device neither listens nor
 * has a kept session, TOO_MANY_REQUESTS when all that listen are left out.
 */
export function commandSender(devices: KnownDevices, connections: Connections, sessions: Sessions): SendCommand {
  function listeners(deviceId: string): Listener[] {
    const topic = downTopic(deviceId);
    const connected = connections.ofDevice(deviceId).filter((client) => client.connected);
    const clean = connected
      .filter((client) => client.clean)
      .flatMap((client) => {
        const qos = subscribedQos(client, topic);
        return qos === undefined ? [] : [{ qos, session: sessions.of(client), client }];
      });
    const kept = sessions.listening(deviceId).map((session) => {
      return { qos: session.listens!, session, client: connected.find(({ id }) => id === session.id) };
    });
    // With QoS 0 nothing waits for anybody.
    return [...clean, ...kept].filter(({ qos, client }) => qos > 0 || client);
  }

  async function send({ qos, session, client }: Listener, packet: PublishPacket): Promise<void> {
    const command = { ...packet, qos };
    if (!client) {
      sessions.enqueue(session, command);
      return;
    }
    if (qos > 0 && !session.kept) session.goesOut();
    await new Promise<void>((resolve) => client.publish(command, () => resolve()));
  }

  return async (deviceId, { command, arguments: given }) => {
    const device = devices.get(deviceId);
    if (device === undefined) throw new TocsinError('DEVICE_UNKNOWN', `There is no device ${deviceId}.`);
    if (device.state !== 'active') {
      throw new TocsinError('DEVICE_DISABLED', `Device ${deviceId} is disabled; set it active first.`);
    }
    const topic = downTopic(deviceId);
    const all = listeners(deviceId);
    if (all.length === 0) {
      const text = `Device ${deviceId} is not listening on ${topic}; send the command again when it is connected.`;
      throw new TocsinError('DEVICE_UNREACHABLE', text);
    }
    const ready = all.filter(hasRoom);
    if (ready.length === 0) {
      const text = `Device ${deviceId} has not acknowledged ${MAX_WAITING} commands, or does not read its connection; wait until it has.`;
      throw new TocsinError('TOO_MANY_REQUESTS', text);
    }
    const payload = Buffer.from(JSON.stringify({ command, arguments: given }));
    const packet: PublishPacket = { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false };
    await Promise.all(ready.map((listener) => send(listener, packet)));
  };
}

function hasRoom({ session, client }: Listener): boolean {
  return session.waiting < MAX_WAITING && client?.conn.writableNeedDrain !== true;
}

/** Aedes' types leave out what a client subscribes to. */
function subscribedQos(client: Client, topic: string): Qos | undefined {
  return (client as unknown as { subscriptions: Record<string, { qos: Qos }> }).subscriptions[topic]?.qos;
}
