import type { Client } from 'aedes';
import type { Connections } from './connections.ts';
import type { SessionState } from './session.ts';
import type { Sessions } from './sessions.ts';

/** A client that has signed in at one of several doors. */
export interface ArrivedClient {
  id: string;
  deviceId: string;
  /** By the machine's clock that never steps, milliseconds: all processes have the same. */
  at: number;
}

/** Calls `done` once a client that has shown its credential may come in. */
export type Arrive = (client: Client, done: () => void) => void;

/** Tells all other doors; resolves once they have let go of these clients, with the sessions that they had kept for them. */
export type Announce = (clients: ArrivedClient[]) => Promise<SessionState[]>;

/**
 * A client id has one connection (MQTT-3.1.4-2), also where several processes have a door each: whoever comes in here
 * is announced to the others, and leaves there. Its session comes along.
 */
export class Takeover {
  readonly #connections: Connections;
  readonly #sessions: Sessions;
  readonly #announce: Announce | undefined;
  #arriving: ArrivedClient[] = [];
  #waiting: (() => void)[] = [];

  /** @param announce left out when this is the only door */
  constructor(connections: Connections, sessions: Sessions, announce: Announce | undefined) {
    this.#connections = connections;
    this.#sessions = sessions;
    this.#announce = announce;
  }

  arrive: Arrive = (client, done) => {
    if (!this.#announce) {
      done();
      return;
    }
    const connection = this.#connections.of(client);
    // It has gone while it signed in.
    if (!connection) return;
    const at = Number(process.hrtime.bigint()) / 1e6;
    connection.arrivedAt = at;
    // After an outage thousands come in one turn of the event loop.
    if (this.#arriving.length === 0) setImmediate(this.#tell);
    this.#arriving.push({ id: client.id, deviceId: connection.device.id, at });
    this.#waiting.push(done);
  };

  #tell = (): void => {
    const done = this.#waiting;
    const clients = this.#arriving;
    this.#waiting = [];
    this.#arriving = [];
    const letIn = () => {
      for (const tell of done) tell();
    };
    this.#announce!(clients)
      .then((kept) => {
        for (const session of kept) this.#sessions.takeOver(session);
      })
      .then(letIn, letIn);
  };

  /** Clients have come in elsewhere: closes their connections here, unless these are newer. */
  async leave(clients: ArrivedClient[]): Promise<SessionState[]> {
    const gone: string[] = [];
    const closing = clients.flatMap(({ id, deviceId, at }) => {
      const here = this.#connections.ofDevice(deviceId).filter((client) => client.id === id);
      const older = here.filter((client) => (this.#connections.of(client)?.arrivedAt ?? 0) < at);
      // The session belongs to the newest connection.
      if (older.length === here.length) gone.push(id);
      return older.map(closed);
    });
    await Promise.all(closing);
    return gone.flatMap((id) => this.#sessions.handOver(id) ?? []);
  }
}

function closed(client: Client): Promise<void> {
  return new Promise((resolve) => client.close(resolve));
}
