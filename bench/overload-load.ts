import { RawClient } from './raw-client.ts';
import { SequenceClient } from './sequence-client.ts';

export interface OverloadTask {
  port: number;
  clients: { id: string; secret: string }[];
  /** Time of every device's first message, milliseconds since the epoch. */
  firstTime: number;
}

/** Sets the messages a second that are offered; asks for a report; ends it, and asks for what each device had acknowledged. */
export type OverloadCommand = { rate: number } | 'how much' | 'end';

export interface OverloadReport {
  acknowledged: number;
  /** Messages that were due and not sent, since their device had as many under way as it may. */
  heldBack: number;
  /** Connections that ended. */
  broken: number;
}

/** Devices that offer more than Tocsin can judge. They keep to their window, as every client does. */
async function run({ port, clients: given, firstTime }: OverloadTask): Promise<void> {
  const raws = await Promise.all(given.map((one) => RawClient.open({ port, ...one })));
  const clients = raws.map((raw) => new SequenceClient(raw, firstTime));
  let rate = 0;
  let heldBack = 0;
  let turn = 0;
  let last = performance.now();
  let due = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    due += ((now - last) / 1000) * rate;
    last = now;
    const each = Math.ceil(due / clients.length);
    for (let i = 0; i < clients.length && due >= 1; i++) {
      const client = clients[turn++ % clients.length]!;
      const wanted = Math.min(each, Math.floor(due));
      const count = Math.min(wanted, client.room);
      if (count > 0) client.send(count);
      heldBack += wanted - count;
      due -= wanted;
    }
  }, 2);
  const report = (): OverloadReport => ({
    acknowledged: clients.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    heldBack,
    broken: raws.filter(({ isOpen }) => !isOpen).length,
  });
  process.on('message', (command: OverloadCommand) => {
    if (command === 'end') {
      clearInterval(timer);
      process.send?.(Object.fromEntries(clients.map(({ id, acknowledged }) => [id, acknowledged])));
    } else if (command === 'how much') process.send?.(report());
    else rate = command.rate;
  });
  process.send?.('ready');
}

process.once('message', (task: OverloadTask) => void run(task));
