import { RawClient } from './raw-client.ts';

/** What the parent sends once; each time it then sends `{ seconds }` it is told what was measured meanwhile. */
export interface WellBehavedTask {
  port: number;
  clients: { id: string; secret: string }[];
  /** Messages a second, over all clients. */
  rate: number;
}

export interface WellBehavedReport {
  /** Publish → PUBACK of each message, milliseconds. */
  times: number[];
  /** Messages that were due while the one before was not acknowledged. */
  late: number;
}

/** Devices that send one message at a time, at a steady rate, for as long as the process lives. */
async function run({ port, clients: given, rate }: WellBehavedTask): Promise<void> {
  let times: number[] = [];
  let late = 0;
  const clients = await Promise.all(given.map((one) => RawClient.open({ port, ...one })));
  const sentAt = clients.map(() => 0);
  clients.forEach((client, i) => {
    client.prepare(`tocsin/v1/${client.id}/up`, '{"level":3.2,"rain":0,"flow":0.41,"battery":96}');
    client.onAcks(() => {
      times.push(performance.now() - sentAt[i]!);
      sentAt[i] = 0;
    });
  });
  let sent = 0;
  const began = performance.now();
  setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * rate);
    for (; sent < due; sent++) {
      const i = sent % clients.length;
      if (sentAt[i] !== 0) late++;
      else {
        sentAt[i] = performance.now();
        clients[i]!.send(1);
      }
    }
  }, 2);
  process.on('message', ({ seconds }: { seconds: number }) => {
    times = [];
    late = 0;
    setTimeout(() => {
      const report: WellBehavedReport = { times, late };
      process.send?.(report);
    }, seconds * 1000);
  });
  process.send?.('ready');
}

process.once('message', (task: WellBehavedTask) => void run(task));
