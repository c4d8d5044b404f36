import { RawClient } from './raw-client.ts';

export interface FloodTask {
  port: number;
  client: { id: string; secret: string };
  /** Messages a second, whatever is acknowledged. */
  rate: number;
  qos: 0 | 1;
}

/** One device that has run wild; it comes back as soon as it is cut off. Until the process is ended. */
async function run({ port, client: { id, secret }, rate, qos }: FloodTask): Promise<void> {
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
  const began = performance.now();
  let sent = 0;
  setInterval(() => {
    const due = Math.min(Math.floor(((performance.now() - began) / 1000) * rate) - sent, 1000);
    if (due <= 0) return;
    sent += due;
    if (client?.isOpen) client.send(due);
    else void connect();
  }, 2);
  process.on('message', () => process.send?.({ sent, acknowledged, connections }));
  process.send?.('ready');
}

process.once('message', (task: FloodTask) => void run(task));
