import { createServer } from 'node:net';
import { Aedes } from 'aedes';

/** The reference: an Aedes broker with nothing around it. Sends its port to the parent. */
const broker = await Aedes.createBroker();
const server = createServer({ noDelay: true }, broker.handle);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
});
