import type { EventEmitter } from 'node:events';
import type { Client } from 'aedes';

/** The parts of a parsed packet that rules are about. */
interface ReceivedPacket {
  cmd: string;
  /** Bytes behind the fixed header, as announced. */
  length: number;
  qos?: number;
  /** Minus one when the packet ends before it. */
  messageId?: number;
  protocolId?: string;
  protocolVersion?: number;
  clientId?: string;
  will?: { topic: string; payload: Buffer };
  username?: string;
  password?: Buffer;
  subscriptions?: unknown[];
  unsubscriptions?: unknown[];
}

/** The parser of a connection, as Aedes makes it. */
interface Parser extends EventEmitter {
  client: Client;
}

/** What Aedes does with a packet: one function for all connections. */
type Listener = (this: Parser, packet: ReceivedPacket) => void;

/** Requests of a client that no other limit counts. */
const asking = new Set(['subscribe', 'unsubscribe', 'pingreq']);

/**
 * Closes the connection at a packet that Aedes and its parser would take though MQTT 3.1.1 forbids it, and at a request
 * that is one too many.
 * @param whyTooMuch asked for each SUBSCRIBE, UNSUBSCRIBE and PINGREQ; null when it may go on
 * @returns to be called with each client, before it is read from
 */
export function packetRules(whyTooMuch: (client: Client) => Error | null): (client: Client) => void {
  const checked = new Map<Listener, Listener>();

  function checkBefore(listener: Listener): Listener {
    return function (this: Parser, packet) {
      const asks = asking.has(packet.cmd);
      // Of a connection that is being closed the rest is thrown away: what came with it may be thousands.
      if (asks && this.client.closed) return;
      const reason = whyMalformed(packet);
      const error = reason ? new Error(reason) : asks ? whyTooMuch(this.client) : null;
      if (error) this.client.emit('error', error);
      else listener.call(this, packet);
    };
  }

  return (client) => {
    const parser = (client as unknown as { _parser: Parser })._parser;
    const [listener] = parser.listeners('packet') as [Listener];
    const check = checked.get(listener) ?? checkBefore(listener);
    checked.set(listener, check);
    parser.removeListener('packet', listener);
    parser.on('packet', check);
  };
}

/** Null when it is well formed. */
export function whyMalformed(packet: ReceivedPacket): string | null {
  switch (packet.cmd) {
    case 'publish':
      return packet.qos === 0 ? null : whyNotId(packet);
    case 'connect':
      if (packet.password && packet.username === undefined) return 'a password without a user name [MQTT-3.1.2-22]';
      if (!isText(packet.clientId) || !isText(packet.username)) return 'client id or user name is not UTF-8 text';
      // MQTT 5 has further fields, and is told that it is not served.
      return packet.protocolVersion === 5 || packet.length === connectLength(packet)
        ? null
        : 'a CONNECT with more in it than its flags say';
    case 'subscribe':
      return packet.subscriptions?.length === 0 ? 'a SUBSCRIBE for nothing [MQTT-3.8.3-3]' : whyNotId(packet);
    case 'unsubscribe':
      return packet.unsubscriptions?.length === 0 ? 'an UNSUBSCRIBE from nothing [MQTT-3.10.3-2]' : whyNotId(packet);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return packet.length > 2 ? 'an acknowledgement with more in it than its id' : whyNotId(packet);
    case 'pingreq':
      return packet.length > 0 ? 'a PINGREQ with something in it' : null;
    default:
      return null;
  }
}

/** Without U+0000, which may not occur, and without what bytes that are not UTF-8 are read as (MQTT-1.5.3-1 and -2). */
function isText(value = ''): boolean {
  return !value.includes('\0') && !value.includes('\ufffd');
}

/** Bytes of a CONNECT behind its fixed header: version, flags and keepalive have four, each field its length before it. */
function connectLength({ protocolId, clientId, will, username, password }: ReceivedPacket): number {
  const fields = [protocolId, clientId, will?.topic, will?.payload, username, password];
  return fields.reduce<number>((sum, field) => (field === undefined ? sum : sum + 2 + Buffer.byteLength(field)), 4);
}

function whyNotId({ messageId = 0 }: ReceivedPacket): string | null {
  return messageId > 0 ? null : 'no packet identifier [MQTT-2.3.1-1]';
}
