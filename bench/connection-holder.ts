import { HeldClient } from './held-client.ts';
import { credentialOf } from './many-devices.ts';

/** What the parent tells a process that holds connections. */
export type HolderCommand =
  /** Connects all at once. Answers when all are ready. */
  | { do: 'connect'; port: number; first: number; count: number; network: string }
  /** Publishes from now on, so many messages a second over all clients; 0 ends it. */
  | { do: 'publish'; perSecond: number }
  /** Cuts all connections. Answers when none is left. */
  | { do: 'cut' }
  /** Connects all at once after `cut`. Answers when all are ready. */
  | { do: 'reconnect' }
  /** Answers with what was published, once all of it is acknowledged or has had its time. */
  | { do: 'report' };

export interface HolderReport {
  /** Device number and payload of every acknowledged message. */
  acknowledged: [number: number, payload: string][];
  unacknowledged: number;
  /** From PUBLISH to PUBACK, in milliseconds, of messages that no break came between. */
  times: number[];
}

const PING_EVERY_MS = 30_000;
/** Addresses that the connections come from. The more of an address's ports are taken, the longer the system seeks one. */
const ADDRESSES = 8;
/** For the last acknowledgements. */
const PATIENCE_MS = 30_000;

let clients: HeldClient[] = [];
let ready = 0;
let whenAll: () => void = () => {};
const acknowledged: [number, string][] = [];
let times: number[] = [];
/** Messages sent before this moment may have had a break in their way. */
let brokenAt = 0;
let publishing: NodeJS.Timeout | undefined;

process.on('message', async (command: HolderCommand) => {
  if (command.do === 'connect') {
    const { first, count, port, network } = command;
    const all = allReady();
    clients = Array.from({ length: count }, (_, index) => {
      const number = first + index;
      const onAck = (client: HeldClient) => acked(number, client);
      const localAddress = `${network}.${1 + (index % ADDRESSES)}`;
      return new HeldClient({ ...credentialOf(number), port, localAddress, onReady, onAck });
    });
    keepAlive();
    await connectAll();
    await all;
    process.send?.({});
  } else if (command.do === 'publish') {
    publish(command.perSecond);
  } else if (command.do === 'cut') {
    for (const client of clients) client.cut();
    ready = 0;
    process.send?.({});
  } else if (command.do === 'reconnect') {
    const all = allReady();
    await connectAll();
    await all;
    brokenAt = performance.now();
    process.send?.({});
  } else {
    const since = performance.now();
    const missing = () => clients.filter(({ underWay }) => underWay !== null).length;
    while (missing() > 0 && performance.now() - since < PATIENCE_MS) await new Promise((done) => setTimeout(done, 100));
    process.send?.({ acknowledged, unacknowledged: missing(), times } satisfies HolderReport);
    times = [];
  }
});
process.on('disconnect', () => process.exit());

/** All at once, but for the connections that are up already: they must not wait until the last one has begun. */
async function connectAll(): Promise<void> {
  for (const [index, client] of clients.entries()) {
    client.connect();
    if (index % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
}

function allReady(): Promise<void> {
  return new Promise((resolve) => {
    whenAll = resolve;
  });
}

function onReady(): void {
  ready++;
  if (ready === clients.length) whenAll();
}

function acked(number: number, { underWay, sentAt }: HeldClient): void {
  acknowledged.push([number, underWay!]);
  if (sentAt > brokenAt) times.push(performance.now() - sentAt);
}

function keepAlive(): void {
  let next = 0;
  const aTenthOfASecond = Math.ceil(clients.length / (PING_EVERY_MS / 100));
  setInterval(() => {
    for (let i = 0; i < aTenthOfASecond; i++) clients[next++ % clients.length]!.ping();
  }, 100);
}

function publish(perSecond: number): void {
  clearInterval(publishing);
  if (perSecond === 0) return;
  const began = performance.now();
  let sent = 0;
  let next = 0;
  publishing = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
    for (; sent < due; sent++) {
      const client = clients[next++ % clients.length]!;
      if (client.ready && client.underWay === null) client.publish(payload());
    }
  }, 10);
}

/** What a flood gauge would send; no two of a device are alike. */
function payload(): string {
  return JSON.stringify({ time: Date.now(), level: 3.2, rain: 0, flow: 0.41, battery: 96 });
}
