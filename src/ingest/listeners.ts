import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { Settings } from '../settings/schema.ts';
import { cannotListen } from '../shared/cannot-listen.ts';
import { Places, type PlacesParts } from './places.ts';

/** Nagle's algorithm with delayed acknowledgements puts 40 ms into every other answer: p99 39 ms with, 5 ms without. */
const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
/** Connections that wait to be accepted, after an outage thousands at once; the system takes no more than its own limit. */
const BACKLOG = 65_535;
/**
 * Sockets that listen on one port, each with a queue of its own, where ports are shared. The usual limit of a queue is
 * 4096; a device that finds it full tries again after 1, 3, 7, 15, 31, 63 s, and the last ones need all of them.
 */
const QUEUES = 4;
/** A handshake that takes longer holds a socket for nobody. */
const HANDSHAKE_MS = 10_000;
const upgradeOptions = { ...socketOptions, headersTimeout: HANDSHAKE_MS, connectionsCheckingInterval: HANDSHAKE_MS };

type Accept = (connection: Duplex, request?: IncomingMessage) => void;

export interface ListenerParts extends PlacesParts {
  mqtt: Settings['mqtt'];
  /** Whether other processes listen on the same ports; the system gives each a share of the connections. */
  reusePort: boolean;
  /** Bytes of a WebSocket message, which is gathered as a whole before anything in it is looked at. */
  largestMessage: number;
  accept: Accept;
}

export interface Ports {
  mqtt: number;
  mqtts?: number;
  ws?: number;
  wss?: number;
}

export interface Listeners {
  /** The ports in use; what settings gave as 0 was chosen by the system. */
  ports: Ports;
  close(): Promise<void>;
}

/** Opens every listener that the settings name: TCP, TLS, WebSocket, WebSocket over TLS. Rejects when a port is taken. */
export async function openListeners(parts: ListenerParts): Promise<Listeners> {
  const { mqtt, reusePort, accept } = parts;
  // Over all listeners together: files that a process may have open are counted that way as well.
  const places = new Places(parts);
  const servers: Server[] = [];

  async function listen(createServer: () => Server, setting: string, port: number): Promise<number> {
    const bound = await listenOnce(createServer(), setting, port);
    for (let more = reusePort ? QUEUES - 1 : 0; more > 0; more--) await listenOnce(createServer(), setting, bound);
    return bound;
  }

  async function listenOnce(server: Server, setting: string, port: number): Promise<number> {
    // Whatever serves a connection, a TLS handshake too, does so when it is its turn.
    const serving = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      places.take(socket, () => {
        for (const serve of serving) serve.call(server, socket);
      });
    });
    server.on('tlsClientError', (error) => parts.log.debug({ err: error }, 'mqtt: TLS handshake failed'));
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error) => reject(cannotListen(setting, error));
      server.once('error', fail);
      server.listen({ port, host: mqtt.host, reusePort, backlog: BACKLOG }, () => {
        server.removeListener('error', fail);
        resolve();
      });
    });
    servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  async function close(): Promise<void> {
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    places.clear();
    await Promise.all(closed);
  }

  try {
    const ports: Ports = {
      mqtt: await listen(() => createTcpServer(socketOptions, (socket) => accept(socket)), 'mqtt.port', mqtt.port),
    };
    if (mqtt.tls.port !== undefined) {
      const options = { ...certificate(mqtt.tls), ...socketOptions, handshakeTimeout: HANDSHAKE_MS };
      const server = () => createTlsServer(options, (socket) => accept(socket));
      ports.mqtts = await listen(server, 'mqtt.tls.port', mqtt.tls.port);
    }
    if (mqtt.ws.port !== undefined) {
      const server = () => serveWebSockets(createHttpServer(upgradeOptions, upgradeOnly), parts);
      ports.ws = await listen(server, 'mqtt.ws.port', mqtt.ws.port);
    }
    if (mqtt.wss.port !== undefined) {
      const options = { ...certificate(mqtt.tls), ...upgradeOptions, handshakeTimeout: HANDSHAKE_MS };
      const server = () => serveWebSockets(createHttpsServer(options, upgradeOnly), parts);
      ports.wss = await listen(server, 'mqtt.wss.port', mqtt.wss.port);
    }
    return { ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** MQTT 3.1.1, section 6: binary messages, subprotocol `mqtt`. */
function serveWebSockets<T extends HttpServer>(server: T, { largestMessage, accept }: ListenerParts): T {
  const handleProtocols = (offered: Set<string>) => (offered.has('mqtt') ? 'mqtt' : false);
  const webSockets = new WebSocketServer({ server, handleProtocols, maxPayload: largestMessage });
  webSockets.on('connection', (socket: WebSocket, request) => accept(createWebSocketStream(socket), request));
  return server;
}

const upgradeOnly: RequestListener = (_, response) => {
  response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end('MQTT over WebSocket only.\n');
};

/** From the files that settings name; that they are named is checked with the settings. */
function certificate(tls: Settings['mqtt']['tls']): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(tls.cert!), key: readFileSync(tls.key!) };
}
