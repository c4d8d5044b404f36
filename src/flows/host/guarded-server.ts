import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { secretHeader } from './messages.ts';

/**
 * A server on loopback that hands on to `inner` only what carries the secret, plain requests and WebSockets alike:
 * other programs of this machine reach the port too, and Node-RED's admin API asks for no sign-in of its own.
 */
export function createGuardedServer(inner: Server, secret: string): Server {
  const expected = Buffer.from(secret);
  const mayPass = (request: IncomingMessage) => {
    const given = Buffer.from(String(request.headers[secretHeader] ?? ''));
    // The flows see the request: they need not see the secret.
    delete request.headers[secretHeader];
    return given.length === expected.length && timingSafeEqual(given, expected);
  };

  const outer = createServer((request, response) => {
    if (mayPass(request)) inner.emit('request', request, response);
    else response.writeHead(403).end();
  });
  outer.on('upgrade', (request, socket, head) => {
    if (mayPass(request)) inner.emit('upgrade', request, socket, head);
    else socket.destroy();
  });
  return outer;
}
