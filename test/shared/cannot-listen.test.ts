import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { cannotListen } from '../../src/shared/cannot-listen.ts';

test('a port that another program has is named with its setting', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const server = createServer().listen(port, '127.0.0.1');
  const [error] = await once(server, 'error');
  other.close();
  expect(cannotListen('mqtt.tls.port', error)).toMatchObject({
    code: 'PORT_UNAVAILABLE',
    message: `Cannot listen on port ${port} of 127.0.0.1: another program listens there. Stop it, or set another mqtt.tls.port (TOCSIN_MQTT_TLS_PORT).`,
  });
});

test('any other error stays what it is', () => {
  const error = new Error('something else');
  expect(cannotListen('http.port', error)).toBe(error);
});
