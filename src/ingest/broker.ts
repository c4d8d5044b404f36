import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AuthenticateError, Client, ConnectPacket } from 'aedes';
import type { Clock } from '../shared/clock.ts';
import { type ErrorCode, TocsinError } from '../shared/errors.ts';
import { type Connections, clientOf } from './connections.ts';
import { DeviceBroker } from './device-broker.ts';
import { DirectPublish } from './direct-publish.ts';
import type { KnownDevice, KnownDevices } from './known-devices.ts';
import type { DeviceLimit } from './limits/device-limit.ts';
import type { Answer, FrameIntake } from './limits/frame-intake.ts';
import type { WrongCredentials } from './limits/wrong-credentials.ts';
import type { IngestMetrics } from './metrics.ts';
import { guardPackets, type OversizedPacket } from './packet-guard.ts';
import { packetRules } from './packet-rules.ts';
import { payloadTooLarge, whyNotPublish } from './permissions.ts';
import type { Refusals, RefusedMessage } from './refusals.ts';
import { noSubscription, type Sessions } from './sessions.ts';
import type { Arrive } from './takeover.ts';

/** Return codes of CONNACK, MQTT 3.1.1 section 3.2.2.3. */
const returnCodes: Partial<Record<ErrorCode, number>> = {
  CLIENT_ID_REJECTED: 2,
  TOO_MANY_CONNECTIONS: 3,
  CREDENTIAL_INVALID: 4,
};
const NOT_AUTHORIZED = 5;

/** Seconds. A device that asks for more or for none gets this: a connection that died unnoticed must end some day. */
const LONGEST_KEEPALIVE = 3600;
/** What a PUBLISH has around its payload: topic and message id. */
const AROUND_PAYLOAD = 1024;

export interface BrokerParts {
  /** Bytes. */
  maxPayload: number;
  /** Bytes of a WebSocket message that the listeners take. */
  largestMessage: number;
  frames: FrameIntake;
  devices: KnownDevices;
  connections: Connections;
  sessions: Sessions;
  /** Asked before a client that has signed in comes in. */
  arrive: Arrive;
  refusals: Refusals;
  wrongCredentials: WrongCredentials;
  metrics: IngestMetrics;
  clock: Clock;
  /** Milliseconds that never jump. */
  steady: Clock;
  timeouts?: Partial<BrokerTimeouts> | undefined;
}

/** Milliseconds. */
export interface BrokerTimeouts {
  /** From the connection to the whole of its CONNECT. */
  connect: number;
  /** For a client to go on reading when its connection is full; then it is cut off. */
  drain: number;
}

const defaultTimeouts: BrokerTimeouts = { connect: 10_000, drain: 5000 };

export interface MqttBroker {
  /** Serves a connection from any listener. */
  accept(connection: Duplex, request?: IncomingMessage): void;
  close(): Promise<void>;
}

/** The MQTT broker that devices sign in to: who may come in, what may be published, and PUBACK after durability. */
export async function createBroker(parts: BrokerParts): Promise<MqttBroker> {
  const {
    frames,
    devices,
    connections,
    sessions,
    arrive,
    wrongCredentials,
    refusals,
    metrics,
    clock,
    steady,
    maxPayload,
    largestMessage,
  } = parts;
  const timeouts = { ...defaultTimeouts, ...parts.timeouts };
  // What a CONNECT had in it besides its credential is told or counted after the sign-in.
  const faults = new WeakMap<Client, TocsinError>();
  const wills = new WeakSet<Client>();
  const broker = new DeviceBroker({
    // No queue between emitter and subscribers: with Aedes' own of 100 a subscriber that leaves while tens of
    // thousands of messages wait ends the process with a stack overflow.
    concurrency: 0,
    drainTimeout: timeouts.drain,
    connectTimeout: timeouts.connect,
    persistence: sessions,
    // For MQTT 3.1 clients: our prefix makes their ids longer than its 23.
    maxClientsIdLength: Number.MAX_SAFE_INTEGER,

    preConnect(client, packet, answer) {
      const fault = connectFault(packet);
      if (fault) faults.set(client, fault);
      // By its device, so that no device can take over another one's session, whatever client ids they choose.
      packet.clientId = `${packet.username}/${packet.clientId || randomUUID()}`;
      // Not published: it would be stored as a reading measured at the moment of the break, with values from the
      // moment of the connect. That a device is gone is told by its rule of silence.
      if (packet.will) wills.add(client);
      delete packet.will;
      if (!packet.keepalive || packet.keepalive > LONGEST_KEEPALIVE) packet.keepalive = LONGEST_KEEPALIVE;
      answer(null, true);
    },

    authenticate(client, username, password, answer) {
      const fault = faults.get(client);
      let device: KnownDevice | null = null;
      try {
        device = devices.authenticate(username ?? '', password ?? '');
        if (fault) throw fault;
        connections.add(client, device);
        if (wills.has(client)) refusals.ignored(device.id, 'will');
        arrive(client, () => answer(null, true));
      } catch (error) {
        if (!(error instanceof TocsinError)) throw error;
        refusals.note(device, error, noMessage);
        const refuse = () => answer(withReturnCode(error), false);
        if (error.code === 'CREDENTIAL_INVALID') wrongCredentials.shown(addressOf(client), refuse);
        else refuse();
      }
    },

    authorizePublish(client, packet, answer) {
      const connection = client && connections.of(client);
      if (!connection) {
        answer(new TocsinError('CREDENTIAL_INVALID', 'Sign in before publishing.'));
        return;
      }
      const { topic, qos } = packet;
      const payload = packet.payload as Buffer;
      const { device, limit } = connection;
      const size = payload.length;
      const refused = whyNotPublish(device.id, connection.upTopic, topic, size, maxPayload);
      if (refused) {
        refusals.note(device, refused, { via: 'mqtt', topic, payload, size });
        answer(refused);
        return;
      }
      // It is taken, because what it says may matter; the newest values are in the API.
      if (packet.retain) refusals.ignored(device.id, 'retain');
      // Aedes sends PUBACK or PUBREC when it is answered; with an error it closes the connection, and the device sends
      // the message again.
      if (qos < 2) {
        take(device, limit, topic, qos, payload, answer);
        return;
      }
      const { arrivals } = sessions.of(client);
      arrivals.once(packet.messageId!, payload, (done) => take(device, limit, topic, qos, payload, done), answer);
    },

    authorizeSubscribe(client, subscription, answer) {
      if (subscription === noSubscription) {
        answer(null, null);
        return;
      }
      const connection = connections.of(client);
      if (connection && subscription.topic === connection.downTopic) {
        answer(null, subscription);
        return;
      }
      const { topic } = subscription;
      const text = connection ? `Subscribe to ${connection.downTopic} only.` : 'Sign in before subscribing.';
      const error = new TocsinError('TOPIC_FORBIDDEN', text, { topic });
      refusals.note(connection?.device ?? null, error, { ...noMessage, topic });
      // Null is failure code 128 for this one; the others of the same SUBSCRIBE stand, and so does the connection.
      answer(null, null);
    },
  });
  broker.on('connectionError', (_, error) => countProtocolError(error));
  broker.on('clientError', (_, error) => countProtocolError(error));
  await broker.listen();

  function take(device: KnownDevice, limit: DeviceLimit, topic: string, qos: number, payload: Buffer, done: Answer) {
    const frame = { deviceId: device.id, topic, via: 'mqtt', receivedAt: clock.now(), payload } as const;
    frames.publish(device, limit, frame, qos, done);
  }

  function countProtocolError(error: Error): void {
    if (isProtocolError(error)) metrics.refused('MQTT_PROTOCOL', 'mqtt');
  }

  const holdToRules = packetRules((client) => {
    const connection = connections.of(client);
    if (!connection?.limit.asksTooMuch(steady.now())) return null;
    const text = `Device ${connection.device.id} subscribes, unsubscribes or pings all the time; once is enough.`;
    const error = new TocsinError('RATE_LIMITED', text);
    refusals.note(connection.device, error, noMessage);
    return error;
  });

  const refused = new WeakSet<Duplex>();
  function refuseOversized(connection: Duplex, { topic, size, head }: OversizedPacket): void {
    // A WebSocket message and a packet in it may both be too large.
    if (refused.has(connection)) return;
    refused.add(connection);
    const error = payloadTooLarge(size, maxPayload);
    const client = clientOf(connection);
    const device = (client && connections.of(client)?.device) ?? null;
    refusals.note(device, error, { via: 'mqtt', topic, payload: head, size });
    connection.destroy(error);
  }

  /** One function for all connections: one each would be held tens of thousands of times. */
  function closed(this: Duplex): void {
    if (isMessageTooLong(this.errored)) refuseOversized(this, overlongMessage(largestMessage));
    const client = clientOf(this);
    if (client) connections.remove(client);
  }

  const direct = new DirectPublish(broker, connections);

  return {
    accept(connection, request) {
      guardPackets(connection, maxPayload + AROUND_PAYLOAD, refuseOversized, direct.taker(connection));
      connection.on('close', closed);
      holdToRules(broker.handle(connection, request));
    },
    close: () => new Promise((resolve) => broker.close(resolve)),
  };
}

const noMessage: RefusedMessage = { via: 'mqtt', topic: '', payload: new Uint8Array(), size: 0 };

/** What is wrong with a CONNECT apart from its credential; told after the sign-in, in CONNACK. */
function connectFault(packet: ConnectPacket): TocsinError | null {
  // MQTT-3.1.3-8: a client without an id must ask for a clean session.
  if (packet.clientId !== '' || packet.clean !== false) return null;
  return new TocsinError('CLIENT_ID_REJECTED', 'A session can be kept for a client id only; give one.');
}

function withReturnCode(error: TocsinError): AuthenticateError {
  return Object.assign(error, { returnCode: returnCodes[error.code] ?? NOT_AUTHORIZED });
}

/** Where a client is, behind TLS and WebSocket too; undefined when it has gone. */
function addressOf({ conn, req }: Client): string | undefined {
  return req?.socket.remoteAddress ?? (conn as Duplex & { remoteAddress?: string }).remoteAddress;
}

/** A WebSocket message above the listener's limit, of which nothing is read. */
function isMessageTooLong(error: Error | null): boolean {
  return error !== null && 'code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
}

/** What is known of it: that it has more bytes than the limit. */
function overlongMessage(largestMessage: number): OversizedPacket {
  return { topic: '', size: largestMessage + 1, head: Buffer.alloc(0) };
}

/** Ordinary ends of a connection, as Aedes words them; everything else without an errno is against the protocol. */
const ordinaryEnds = new Set(['keep alive timeout', 'connection closed', 'drain timeout']);

function isProtocolError(error: Error): boolean {
  return !(error instanceof TocsinError) && !('code' in error) && !ordinaryEnds.has(error.message);
}
