import { RawClient } from './raw-client.ts';

/** What the parent asks of a load process. */
export interface LoadTask {
  port: number;
  clients: { id: string; secret?: string }[];
  seconds: number;
  /** Messages that a client may have sent and that are not acknowledged yet; 1 when left out. */
  inFlight?: number;
  /** Messages a second over all clients; left out: each client sends as soon as it has a PUBACK. */
  rate?: number;
}

/** QoS 1 messages of 150 bytes. Sends the acknowledged messages a second to the parent. */
async function run({ port, clients: given, seconds, inFlight = 1, rate }: LoadTask): Promise<void> {
  const clients: RawClient[] = [];
  for (let i = 0; i < given.length; i += 50)
    clients.push(...(await Promise.all(given.slice(i, i + 50).map((one) => RawClient.open({ port, ...one })))));
  let acked = 0;
  let running = true;
  for (const client of clients) {
    client.prepare(`tocsin/v1/${client.id}/up`, payload(), inFlight);
    client.onAcks((count) => {
      acked += count;
      if (running && !rate) client.send(count);
    });
  }
  if (rate) pace(clients, rate, () => running);
  else for (const client of clients) client.send(inFlight);
  // The first second warms up and does not count.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const before = acked;
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const perSecond = ((acked - before) * 1000) / (performance.now() - began);
  running = false;
  process.send?.({ perSecond });
  for (const client of clients) client.close();
}

function pace(clients: RawClient[], rate: number, running: () => boolean): void {
  const began = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    if (!running()) return clearInterval(timer);
    const due = Math.floor(((performance.now() - began) / 1000) * rate);
    for (; sent < due; sent++) clients[sent % clients.length]!.send(1);
  }, 5);
}

/** JSON of 150 bytes that a flood gauge would send. */
function payload(): string {
  const text = JSON.stringify({ level: 3.2, rain: 0, flow: 0.41, battery: 96 });
  return text.slice(0, -1) + ' '.repeat(150 - text.length) + text.slice(-1);
}

process.once('message', (task: LoadTask) => void run(task).then(() => process.disconnect()));
