import type { PublishPacket, PubrelPacket } from 'aedes';
import type { Clock } from '../shared/clock.ts';
import { Arrivals } from './arrivals.ts';

/** A command as Aedes handles it; broker id and counter are how Aedes knows it again. */
export type CommandPacket = PublishPacket & { brokerId: string; brokerCounter: number };

export type Qos = PublishPacket['qos'];

interface Waiting {
  readonly command: CommandPacket;
  /** When it was sent, by the clock of `Patience`. */
  readonly sentAt: number;
  /** Given when it is written to a connection for the first time, and kept until it is acknowledged. */
  messageId?: number | undefined;
  /** The device has received it (QoS 2); from then on its release is what is repeated. */
  received: boolean;
}

/** For how long commands wait for a device that is away: a siren must not sound because of what was a day ago. */
export interface Patience {
  clock: Clock;
  /** Milliseconds. */
  waitMs: number;
}

/** A kept session on its way to another process. */
export interface SessionState {
  id: string;
  listens: Qos | null;
  commands: { packet: PublishPacket; waitedMs: number; messageId: number | undefined; received: boolean }[];
  arrivals: [messageId: number, checksum: number][];
}

/** What is remembered of a client beyond one packet (MQTT 3.1.1, section 4.1). */
export class Session {
  readonly id: string;
  /** Whether it outlives the connection: clean session off. */
  readonly kept: boolean;
  /** QoS with which a kept session listens on the command topic; null when it does not. */
  listens: Qos | null = null;
  /** What came with QoS 2. */
  readonly arrivals = new Arrivals();
  readonly #patience: Patience;
  #commands: Waiting[] = [];
  /** Commands not acknowledged by a connection without a kept session; they themselves are not remembered. */
  #underWay = 0;

  constructor(id: string, kept: boolean, patience: Patience) {
    this.id = id;
    this.kept = kept;
    this.#patience = patience;
  }

  /** Commands that have not been acknowledged, sent or not. */
  get waiting(): number {
    this.#forgetOld();
    return this.kept ? this.#commands.length : this.#underWay;
  }

  /** Without a kept session: a command that will be acknowledged goes out. */
  goesOut(): void {
    this.#underWay++;
  }

  /** Adds a command at the end, unless it is there. */
  add(command: CommandPacket): void {
    if (!this.#find(command)) this.#commands.push({ command, sentAt: this.#patience.clock.now(), received: false });
  }

  /** What the device has taken over (QoS 2) is finished, however old it is. */
  #forgetOld(): void {
    const { clock, waitMs } = this.#patience;
    const since = clock.now() - waitMs;
    this.#commands = this.#commands.filter(({ sentAt, received }) => received || sentAt >= since);
  }

  /** A command is about to be written: it gets its message id into the packet, the same one as before if it had one. */
  number(packet: CommandPacket): void {
    const waiting = this.#find(packet);
    if (!waiting) return;
    if (waiting.messageId === undefined) {
      let free = packet.messageId ?? 1;
      while (this.#commands.some(({ messageId }) => messageId === free)) free = (free % 65_535) + 1;
      waiting.messageId = free;
    }
    packet.messageId = waiting.messageId;
  }

  /** PUBREC. */
  received(id: number): void {
    const waiting = this.#commands.find(({ messageId }) => messageId === id);
    if (waiting) waiting.received = true;
  }

  /** PUBACK, PUBCOMP. */
  acknowledged(id: number): void {
    this.#underWay = Math.max(0, this.#underWay - 1);
    this.#commands = this.#commands.filter(({ messageId }) => messageId !== id);
  }

  /** What a device that comes back is sent: in order, with what is added meanwhile. */
  *redelivery(): Generator<CommandPacket | PubrelPacket> {
    this.#forgetOld();
    // Not by index: acknowledgements take commands away meanwhile.
    const seen = new Set<Waiting>();
    for (;;) {
      const next = this.#commands.find((waiting) => !seen.has(waiting));
      if (!next) return;
      seen.add(next);
      const { command, messageId, received } = next;
      if (messageId === undefined) yield command;
      // MQTT-3.3.1-1
      else yield received ? { cmd: 'pubrel', messageId } : { ...command, messageId, dup: true };
    }
  }

  /** Commands that have never been written. */
  unsent(): CommandPacket[] {
    this.#forgetOld();
    return this.#commands.filter(({ messageId }) => messageId === undefined).map(({ command }) => command);
  }

  /** What the device has not been sent is not for it any more; what is under way is finished. */
  stopListening(): void {
    this.listens = null;
    this.#commands = this.#commands.filter(({ messageId }) => messageId !== undefined);
  }

  get state(): SessionState {
    const { id, listens, arrivals } = this;
    const now = this.#patience.clock.now();
    const commands = this.#commands.map(({ command, sentAt, messageId, received }) => {
      const { brokerId, brokerCounter, ...packet } = command;
      return { packet, waitedMs: now - sentAt, messageId, received };
    });
    return { id, listens, commands, arrivals: arrivals.remembered() };
  }

  /** @param identified gives a packet what this process knows it by */
  static from(state: SessionState, identified: (packet: PublishPacket) => CommandPacket, patience: Patience): Session {
    const session = new Session(state.id, true, patience);
    const now = patience.clock.now();
    session.listens = state.listens;
    session.arrivals.recall(state.arrivals);
    session.#commands = state.commands.map(({ packet, waitedMs, ...waiting }) => {
      return { command: identified(packet), sentAt: now - waitedMs, ...waiting };
    });
    return session;
  }

  #find({ brokerCounter }: CommandPacket): Waiting | undefined {
    return this.#commands.find(({ command }) => command.brokerCounter === brokerCounter);
  }
}
