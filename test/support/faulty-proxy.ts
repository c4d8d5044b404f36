import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the proxy does with one request. */
export type Behaviour =
  /** Hands it on, and the answer back. */
  | 'pass'
  /** Takes it and never answers. */
  | 'hang'
  /** Hands it on, and cuts the connection instead of giving the answer. */
  | 'lose-answer'
  /** Hands on the first half, then calls `meanwhile` and cuts both connections. */
  | { half: true; meanwhile(): Promise<void> }
  /** Hands it on, and the answer back when the time is over. */
  | { delayMs: number }
  /** Answers itself. */
  | { status: number; body: string; headers?: Record<string, string> };

/** An HTTP server before another, which does not do what is expected of it when a test says so. */
export class FaultyProxy {
  readonly #target: URL;
  readonly #server: Server;
  #behave: (request: IncomingMessage, body: Buffer) => Behaviour = () => 'pass';
  #port = 0;
  /** Requests that came in since `misbehave` was called, `POST /write` for example. */
  requests: string[] = [];

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  static async before(target: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(target);
    await proxy.listen();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What is done with each request from now on. */
  misbehave(behave: (request: IncomingMessage, body: Buffer) => Behaviour): void {
    this.requests = [];
    this.#behave = behave;
  }

  behave(): void {
    this.misbehave(() => 'pass');
  }

  /** Refuses connections, and ends those that are open. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Takes connections (again), at the same address. */
  async listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    this.requests.push(`${request.method} ${request.url!.split('?')[0]}`);
    const behaviour = this.#behave(request, body);
    if (behaviour === 'hang') return;
    if (typeof behaviour === 'object' && 'status' in behaviour) {
      response.writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers });
      response.end(behaviour.body);
      return;
    }
    if (typeof behaviour === 'object' && 'half' in behaviour) {
      const onward = this.#onward(request);
      onward.on('error', () => {});
      onward.write(body.subarray(0, Math.floor(body.length / 2)));
      await sleep(20);
      await behaviour.meanwhile();
      onward.destroy();
      response.destroy();
      return;
    }
    const onward = this.#onward(request);
    const answered = once(onward, 'response');
    onward.end(body);
    const [answer] = (await answered) as [IncomingMessage];
    const answerBody = await buffer(answer);
    if (behaviour === 'lose-answer') {
      response.destroy();
      return;
    }
    if (typeof behaviour === 'object') await sleep(behaviour.delayMs);
    response.writeHead(answer.statusCode!, answer.headers);
    response.end(answerBody);
  }

  #onward({ method, url, headers }: IncomingMessage) {
    const { hostname, port } = this.#target;
    return httpRequest({ hostname, port, method, path: url, headers });
  }
}
