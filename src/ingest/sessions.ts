import { Readable } from 'node:stream';
import type { Aedes, Client, PublishPacket, PubrelPacket, Subscription } from 'aedes';
import { type CommandPacket, type Patience, Session, type SessionState } from './session.ts';
import { downTopic } from './topics.ts';

/** Kept sessions of one device; each may hold commands. A further one takes the place of the oldest without a connection. */
const MAX_KEPT = 4;

/**
 * In place of the subscriptions of a kept session that has none: Aedes calls a session present only if it has some
 * (MQTT-3.2.2-2 knows no such condition). It is to be refused.
 */
export const noSubscription: Subscription = { topic: 'tocsin', qos: 0 };

type ById = { id: string };

/**
 * The sessions of all clients, in memory; a restart of Tocsin empties them. This is what Aedes 1.2 calls its
 * persistence: the methods that are async are so because Aedes waits for them.
 *
 * Aedes' own keeps every QoS 2 payload until its release, any number of commands and every subscription that was asked
 * for, and repeats commands without the DUP flag. Devices listen on one topic and nothing is retained, so that little
 * is left to keep.
 */
export class Sessions {
  /** By device, by session id; the longest unused first. */
  readonly #sessions = new Map<string, Map<string, Session>>();
  readonly #patience: Patience;
  #broker!: Aedes;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  async setup(broker: Aedes): Promise<void> {
    this.#broker = broker;
    // What was added between the last of the redelivery and this moment.
    broker.on('clientReady', (client) => {
      for (const command of this.#find(client.id)?.unsent() ?? []) client.publish(command, () => {});
    });
  }

  /** The session of a connected client. */
  of(client: Client): Session {
    const session = this.#find(client.id);
    if (session) return session;
    const fresh = new Session(client.id, !client.clean, this.#patience);
    // A kept session that is not there was replaced by a client with its id, which is about to replace the connection.
    if (client.clean) this.#add(fresh);
    return fresh;
  }

  /** Kept sessions of a device that listen on its command topic, connected or not. */
  listening(deviceId: string): Session[] {
    return [...(this.#sessions.get(deviceId)?.values() ?? [])].filter(({ kept, listens }) => kept && listens !== null);
  }

  /** A command that waits in a session until its client comes. */
  enqueue(session: Session, packet: PublishPacket): void {
    session.add(this.#identified(packet));
  }

  /** A kept session whose client has come in elsewhere; here it is forgotten. Null when there is none. */
  handOver(id: string): SessionState | null {
    const session = this.#find(id);
    if (!session?.kept) return null;
    this.#remove(id);
    return session.state;
  }

  /** A session that another process has handed over. */
  takeOver(state: SessionState): void {
    this.#remove(state.id);
    this.#add(Session.from(state, (packet) => this.#identified(packet), this.#patience));
  }

  // Subscriptions

  /** The first thing that Aedes does with a kept session: here it comes into being. */
  async subscriptionsByClient({ id }: ById): Promise<Subscription[]> {
    const known = this.#find(id);
    this.#remove(id);
    if (!known?.kept) {
      this.#makeRoom(deviceOf(id));
      this.#add(new Session(id, true, this.#patience));
      return [];
    }
    this.#add(known);
    return known.listens === null ? [noSubscription] : [{ topic: downTopic(deviceOf(id)), qos: known.listens }];
  }

  /** Aedes gives all that the packet asks for, whether they were granted or not. */
  async addSubscriptions({ id }: ById, subscriptions: Subscription[]): Promise<void> {
    const topic = downTopic(deviceOf(id));
    const granted = subscriptions.findLast((subscription) => subscription.topic === topic);
    const session = this.#find(id);
    if (granted && session) session.listens = granted.qos;
  }

  async removeSubscriptions({ id }: ById, topics: string[]): Promise<void> {
    if (topics.includes(downTopic(deviceOf(id)))) this.#find(id)?.stopListening();
  }

  /** A client asks for a clean session: nothing is left of an earlier one. */
  async cleanSubscriptions({ id }: ById): Promise<void> {
    this.#remove(id);
  }

  // Commands

  async outgoingEnqueue({ clientId }: { clientId: string }, packet: CommandPacket): Promise<void> {
    this.#find(clientId)?.add(packet);
  }

  /** Before a command is written, and after its PUBREC. */
  async outgoingUpdate({ id }: ById, packet: CommandPacket | PubrelPacket): Promise<void> {
    const session = this.#find(id);
    if (packet.cmd === 'publish') session?.number(packet);
    else if (packet.messageId !== undefined) session?.received(packet.messageId);
  }

  /** PUBACK, PUBCOMP. */
  async outgoingClearMessageId({ id }: ById, { messageId }: { messageId?: number }): Promise<void> {
    if (messageId !== undefined) this.#find(id)?.acknowledged(messageId);
  }

  outgoingStream({ id }: ById): Readable {
    return Readable.from(this.#find(id)?.redelivery() ?? []);
  }

  // What devices send with QoS 2

  /**
   * Aedes asks at a PUBLISH whether it has to be stored and published: never, it is in the journal by then. And at a
   * PUBREL whether there is something to release.
   */
  async incomingGetPacket(
    { id }: ById,
    packet: PublishPacket | PubrelPacket,
  ): Promise<PublishPacket | PubrelPacket | null> {
    if (packet.cmd === 'publish') return packet;
    const known = await this.#find(id)?.arrivals.settled(packet.messageId ?? 0);
    return known ? packet : null;
  }

  async incomingDelPacket({ id }: ById, { messageId }: PubrelPacket): Promise<void> {
    this.#find(id)?.arrivals.release(messageId ?? 0);
  }

  /** A clean session begins or ends. */
  async cleanIncoming({ id }: ById): Promise<void> {
    if (this.#find(id)?.kept === false) this.#remove(id);
  }

  // Nothing is retained, and wills are not served.

  async storeRetained(): Promise<void> {}

  createRetainedStreamCombi(): Readable {
    return Readable.from([]);
  }

  async delWill(): Promise<void> {}

  streamWill(): Readable {
    return Readable.from([]);
  }

  #identified(packet: PublishPacket): CommandPacket {
    const { id: brokerId } = this.#broker;
    const brokerCounter = ++(this.#broker as unknown as { counter: number }).counter;
    return { ...packet, brokerId, brokerCounter };
  }

  // By device

  #find(id: string): Session | undefined {
    return this.#sessions.get(deviceOf(id))?.get(id);
  }

  #add(session: Session): void {
    const deviceId = deviceOf(session.id);
    const ofDevice = this.#sessions.get(deviceId) ?? new Map();
    this.#sessions.set(deviceId, ofDevice.set(session.id, session));
  }

  #remove(id: string): void {
    const deviceId = deviceOf(id);
    const ofDevice = this.#sessions.get(deviceId);
    ofDevice?.delete(id);
    if (ofDevice?.size === 0) this.#sessions.delete(deviceId);
  }

  /** A device that takes another client id each time must not be locked out by what it left behind. */
  #makeRoom(deviceId: string): void {
    const { clients } = this.#broker as unknown as { clients: Record<string, Client> };
    const kept = [...(this.#sessions.get(deviceId)?.values() ?? [])].filter((session) => session.kept);
    for (const { id } of kept
      .filter((session) => !clients[session.id])
      .slice(0, Math.max(0, kept.length - MAX_KEPT + 1))) {
      this.#remove(id);
    }
  }
}

/** Session ids are a device id, which has no slash, and the client's id behind one. */
function deviceOf(sessionId: string): string {
  return sessionId.slice(0, sessionId.indexOf('/'));
}
