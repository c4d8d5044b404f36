import type { Socket } from 'node:net';
import type { Logger } from '../shared/logger.ts';

/** After having been full it counts as having room again below this part of all places, so that the log stays short. */
const ROOM_AGAIN = 0.95;

export interface PlacesParts {
  mqtt: { maxConnections: number };
  /** Told of each connection that finds no place. */
  refused: () => void;
  log: Logger;
}

/** The connections there may be at once. One that finds no place is closed and counted; the log has when that begins and ends. */
export class Places {
  readonly #parts: PlacesParts;
  readonly #sockets = new Set<Socket>();
  #full = false;

  constructor(parts: PlacesParts) {
    this.#parts = parts;
  }

  take(socket: Socket): void {
    const { mqtt, refused } = this.#parts;
    if (this.#sockets.size >= mqtt.maxConnections) {
      socket.destroy();
      refused();
      this.#nowFull(true);
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size < mqtt.maxConnections * ROOM_AGAIN) this.#nowFull(false);
    });
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
    for (const socket of this.#sockets) socket.destroy();
  }
}
