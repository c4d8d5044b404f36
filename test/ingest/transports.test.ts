import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Harness, payloadOf } from './harness.ts';

let h: Harness;
let dir: string;
let ca: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tocsin-tls-'));
  const extensions = [{ name: 'subjectAltName' as const, altNames: [{ type: 7 as const, ip: '127.0.0.1' }] }];
  const pems = await generate([{ name: 'commonName', value: '127.0.0.1' }], { keySize: 2048, extensions });
  ca = pems.cert;
  const tls = { port: 0, cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  await writeFile(tls.cert, pems.cert);
  await writeFile(tls.key, pems.private);
  h = await Harness.start({ mqtt: { tls, ws: { port: 0 }, wss: { port: 0 }, maxConnections: 3 } });
});
afterAll(async () => {
  await h.stop();
  await rm(dir, { recursive: true });
});

test.each(['mqtt', 'mqtts', 'ws', 'wss'] as const)(
  'a device publishes over %s and is told to go away with a wrong secret',
  async (way) => {
    const url = `${way}://127.0.0.1:${h.gateway.ports[way]}`;
    await expect(h.connect(h.a, { ca, password: 'wrong' }, url)).rejects.toMatchObject({ code: 4 });
    const client = await h.connect(h.a, { ca }, url);
    await client.subscribeAsync('tocsin/v1/a/down', { qos: 1 });
    await client.publishAsync('tocsin/v1/a/up', `over ${way}`, { qos: 1 });
    expect((await h.entries()).map(payloadOf)).toContain(`over ${way}`);
    await client.endAsync();
  },
);

test('a client that does not know the certificate does not connect', async () => {
  await expect(h.connect(h.a, {}, `mqtts://127.0.0.1:${h.gateway.ports.mqtts}`)).rejects.toThrow(/self.signed/);
});

test('the limit of connections counts all listeners together and is given back', async () => {
  const urls = [h.url, `mqtts://127.0.0.1:${h.gateway.ports.mqtts}`, `ws://127.0.0.1:${h.gateway.ports.ws}`];
  const clients = [];
  for (const url of urls) clients.push(await h.connect(h.a, { ca }, url));
  const before = await h.refused('TOO_MANY_CONNECTIONS');
  await expect(h.connect(h.a)).rejects.toThrow();
  expect(await h.refused('TOO_MANY_CONNECTIONS')).toBe(before + 1);
  await clients[1]!.endAsync();
  while ((await h.gateway.isConnected('a')) && (await connections()) > 2)
    await new Promise((resolve) => setTimeout(resolve, 5));
  await (await h.connect(h.a)).endAsync();
  for (const client of clients) await client.endAsync();
});

async function connections(): Promise<number> {
  const metric = await h.gateway.registry.getSingleMetric('tocsin_mqtt_connections')!.get();
  return metric.values[0]!.value;
}
