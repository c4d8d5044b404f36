import { publishPacket, RawClient } from './raw-client.ts';

/** What the parent asks of a load process. */
export interface LoadTask {
  port: number;
  clients: { id: string; secret?: string }[];
  seconds: number;
  /** Messages a second over all clients; left out: each client sends as soon as it has its PUBACK. */
  rate?: number;
}

/** One QoS 1 message of 150 bytes a client at a time. Sends the acknowledged messages a second to the parent. */
async function run(task: LoadTask): Promise<void> {
  const clients: RawClient[] = [];
  for (let i = 0; i < task.clients.length; i += 50)
    clients.push(
      ...(await Promise.all(task.clients.slice(i, i + 50).map((c) => RawClient.open({ port: task.port, ...c })))),
    );
  let acked = 0;
  let running = true;
  const packets = clients.map((c) => publishPacket(`tocsin/v1/${c.id}/up`, payload()));
  clients.forEach((client, i) => {
    client.onAck(() => {
      acked++;
      if (running && !task.rate) client.send(packets[i]!);
    });
  });
  if (task.rate) pace(clients, packets, task.rate, () => running);
  else for (const [i, client] of clients.entries()) client.send(packets[i]!);
  // The first second warms up and does not count.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const before = acked;
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, task.seconds * 1000));
  const perSecond = ((acked - before) * 1000) / (performance.now() - began);
  running = false;
  process.send?.({ perSecond });
  for (const client of clients) client.close();
}

function pace(clients: RawClient[], packets: Buffer[], rate: number, running: () => boolean): void {
  const began = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    if (!running()) return clearInterval(timer);
    const due = Math.floor(((performance.now() - began) / 1000) * rate);
    for (; sent < due; sent++) clients[sent % clients.length]!.send(packets[sent % clients.length]!);
  }, 5);
}

/** JSON of 150 bytes that a flood gauge would send. */
function payload(): string {
  const text = JSON.stringify({ level: 3.2, rain: 0, flow: 0.41, battery: 96 });
  return text.slice(0, -1) + ' '.repeat(150 - text.length) + text.slice(-1);
}

process.once('message', (task: LoadTask) => void run(task).then(() => process.disconnect()));
