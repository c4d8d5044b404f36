import { createServer } from 'node:net';
import { Aedes } from 'aedes';

/**
 * The reference: an Aedes broker with nothing around it, on a port that several of them may share (first argument), or
 * on one of its own. Sends its port to the parent.
 */
const shared = process.argv[2] === undefined ? null : Number(process.argv[2]);
const broker = await Aedes.createBroker({ maxClientsIdLength: 100 });
const server = createServer({ noDelay: true }, broker.handle);
server.listen({ port: shared ?? 0, host: '127.0.0.1', reusePort: shared !== null, backlog: 4096 }, () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
});
