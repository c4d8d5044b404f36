import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { expect, onTestFinished, test } from 'vitest';
import { canaryConnect } from '../../src/watch/canary/connect.ts';
import { Harness } from '../ingest/harness.ts';

test('signs in and publishes over whichever listener there is, whatever name its certificate has', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-canary-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const pems = await generate([{ name: 'commonName', value: 'tocsin.example.org' }], { keySize: 2048 });
  const tls = { port: 0, cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  await writeFile(tls.cert, pems.cert);
  await writeFile(tls.key, pems.private);
  const h = await Harness.start({ mqtt: { tls } });
  onTestFinished(() => h.stop());
  const { mqtt, mqtts } = h.gateway.ports;
  const never = new AbortController().signal;
  // The harness knows no canary: being refused its credential shows that it got to the door.
  for (const ports of [{ mqtt }, { mqtts: mqtts! }])
    await expect(canaryConnect('127.0.0.1', ports, 'secret')(never)).rejects.toMatchObject({ code: 4 });
});
