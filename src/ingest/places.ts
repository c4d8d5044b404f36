import type { Socket } from 'node:net';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { AddressBuckets, addressKey } from './limits/addresses.ts';
import { Bucket } from './limits/bucket.ts';
import { Later } from './limits/later.ts';
import type { DelayReason, LimitMetrics } from './limits/metrics.ts';

/** After having been full it counts as having room again below this part of all places, so that the log stays short. */
const ROOM_AGAIN = 0.95;
/** Seconds of the rate that may come at once. */
const BURST_S = 1;
/** A connection whose turn is further away is closed: clients give up after 10 to 30 s and come again. */
const LONGEST_WAIT_MS = 30_000;
const MINUTE = 60_000;

export interface PlacesParts {
  mqtt: Pick<
    Settings['mqtt'],
    'maxConnections' | 'maxConnectionsPerAddress' | 'connectionRate' | 'connectionRatePerAddress'
  >;
  /** Told of each connection that finds no place. */
  refused: () => void;
  limitMetrics: LimitMetrics;
  /** Milliseconds that never jump. */
  steady: Clock;
  log: Logger;
}

/**
 * The connections there may be at once, and how fast new ones are served. One that finds no place is closed and counted;
 * one that comes too fast waits for its turn, unread, so that after an outage signing in leaves time for acknowledging.
 */
export class Places {
  readonly #parts: PlacesParts;
  /** With the address that each counts for. */
  readonly #sockets = new Map<Socket, string | null>();
  readonly #byAddress = new Map<string, number>();
  readonly #turns: Bucket;
  readonly #turnsByAddress: AddressBuckets;
  readonly #later: Later<string>;
  #waiting = 0;
  #full = false;
  #toldOfAddressAt = Number.NEGATIVE_INFINITY;

  /** One function for all sockets: one each would be held tens of thousands of times. */
  readonly #closed: (this: Socket) => void;

  constructor(parts: PlacesParts) {
    this.#parts = parts;
    const leave = (socket: Socket) => this.#leave(socket);
    this.#closed = function () {
      leave(this);
    };
    const { connectionRate, connectionRatePerAddress } = parts.mqtt;
    this.#turns = new Bucket(connectionRate, BURST_S * connectionRate);
    const burst = BURST_S * connectionRatePerAddress;
    this.#turnsByAddress = new AddressBuckets(connectionRatePerAddress, burst, parts.steady);
    this.#later = new Later(parts.steady);
    parts.limitMetrics.countWaiting(() => this.#waiting);
  }

  /** Calls `serve` when it is the turn of this connection, unless it has gone by then. */
  take(socket: Socket, serve: () => void): void {
    const { mqtt } = this.#parts;
    const address = addressKey(socket.remoteAddress);
    if (this.#sockets.size >= mqtt.maxConnections) {
      this.#refuse(socket);
      this.#nowFull(true);
      return;
    }
    const wait = address === null ? 0 : this.#turnsByAddress.take(address);
    if (address !== null && (this.#ofAddress(address) >= mqtt.maxConnectionsPerAddress || wait > LONGEST_WAIT_MS)) {
      this.#refuse(socket);
      this.#tellOf(address);
      return;
    }
    this.#sockets.set(socket, address);
    if (address !== null) this.#byAddress.set(address, this.#ofAddress(address) + 1);
    socket.on('close', this.#closed);
    // First the address's turn, then everybody's: one address in a hurry must not use up the others' turns.
    this.#inTurn(socket, 'address', address ?? '', wait, () => {
      this.#inTurn(socket, 'rate', '', this.#turns.take(this.#parts.steady.now()), serve);
    });
  }

  #inTurn(socket: Socket, reason: DelayReason, owner: string, wait: number, next: () => void): void {
    if (wait === 0) {
      next();
      return;
    }
    this.#parts.limitMetrics.delayed(reason);
    this.#waiting++;
    // Nobody else listens yet, and an error that nobody hears ends the process.
    const ignore = () => {};
    socket.on('error', ignore);
    this.#later.add(`${reason} ${owner}`, wait, () => {
      this.#waiting--;
      if (socket.destroyed) return;
      next();
      socket.removeListener('error', ignore);
    });
  }

  #refuse(socket: Socket): void {
    socket.destroy();
    this.#parts.refused();
  }

  #ofAddress(address: string): number {
    return this.#byAddress.get(address) ?? 0;
  }

  #leave(socket: Socket): void {
    const address = this.#sockets.get(socket) ?? null;
    this.#sockets.delete(socket);
    if (address !== null) this.#leaveAddress(address);
    if (this.#sockets.size < this.#parts.mqtt.maxConnections * ROOM_AGAIN) this.#nowFull(false);
  }

  #leaveAddress(address: string): void {
    const left = this.#ofAddress(address) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }

  #tellOf(address: string): void {
    const now = this.#parts.steady.now();
    if (now - this.#toldOfAddressAt < MINUTE) return;
    this.#toldOfAddressAt = now;
    const code = 'TOO_MANY_CONNECTIONS';
    const text =
      'mqtt: too many connections from one address (mqtt.maxConnectionsPerAddress), further ones are refused';
    this.#parts.log.warn({ address, connections: this.#ofAddress(address), code }, text);
  }

  #nowFull(full: boolean): void {
    if (full === this.#full) return;
    this.#full = full;
    const { log } = this.#parts;
    const connections = { connections: this.#sockets.size };
    if (full) {
      const code = 'TOO_MANY_CONNECTIONS';
      log.warn({ ...connections, code }, 'mqtt: mqtt.maxConnections is reached, further connections are refused');
    } else log.info(connections, 'mqtt: there is room for connections again');
  }

  /** Closes all. */
  clear(): void {
    this.#later.close();
    for (const socket of this.#sockets.keys()) socket.destroy();
  }
}
