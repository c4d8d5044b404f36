import { RawClient } from './raw-client.ts';

export interface FloodTask {
  port: number;
  client: { id: string; secret: string };
  qos: 0 | 1;
}

/** Messages a second from now on, whatever is acknowledged; or asks for a report. */
export type FloodCommand = { rate: number } | 'how much';

export interface FloodReport {
  sent: number;
  acknowledged: number;
  connections: number;
}

/** One device that runs wild when it is told to; it comes back as soon as it is cut off. Until the process is ended. */
async function run({ port, client: { id, secret }, qos }: FloodTask): Promise<void> {
  let rate = 0;
  let due = 0;
  let last = performance.now();
  let client: RawClient | null = null;
  let acknowledged = 0;
  let connections = 0;
  const connect = async () => {
    client = await RawClient.open({ port, id, secret }).catch(() => null);
    connections++;
    client?.prepare(`tocsin/v1/${id}/up`, '{"level":3.2,"rain":0,"flow":0.41,"battery":96}', 1000, qos);
    client?.onAcks((count) => {
      acknowledged += count;
    });
  };
  await connect();
  let sent = 0;
  setInterval(() => {
    const now = performance.now();
    due = Math.min(due + ((now - last) / 1000) * rate, 1000);
    last = now;
    const count = Math.floor(due);
    if (count === 0) return;
    due -= count;
    sent += count;
    if (client?.isOpen) client.send(count);
    else void connect();
  }, 2);
  process.on('message', (command: FloodCommand) => {
    if (command === 'how much') process.send?.({ sent, acknowledged, connections } satisfies FloodReport);
    else rate = command.rate;
  });
  process.send?.('ready');
}

process.once('message', (task: FloodTask) => void run(task));
