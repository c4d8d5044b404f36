import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import { startTestFlows } from './support/flows.ts';
import { startTocsin, type Tocsin } from './support/tocsin.ts';

const patient = { timeout: 8000, interval: 20 };

async function startWebhook() {
  const posts: { event: string; alarm: { id: string }; signs: unknown }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    posts.push(JSON.parse(text));
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { posts, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

const commands = (tocsin: Tocsin) => tocsin.deeds.filter((deed) => deed.path.endsWith('/commands'));
const notes = (tocsin: Tocsin) =>
  tocsin.deeds
    .filter((deed) => deed.path.startsWith('/api/v1/cases/'))
    .map((deed) => `${deed.path} ${(deed.body as { note: string }).note}`);
const show = { command: 'show', arguments: { text: '道路积水，请绕行 Road flooded, please detour' } };

test('a flooded underpass lights the signs of its grid once, posts, notes it, and goes dark when it is over', async () => {
  const tocsin = await startTocsin();
  const webhook = await startWebhook();
  tocsin.addDevice({ id: 'sign-1' });
  tocsin.addDevice({ id: 'sign-elsewhere', gridId: 'g2' });
  tocsin.addDevice({ id: 'sign-off', state: 'disabled' });
  await startTestFlows({ dir: await tempDir(), apiUrl: tocsin.url, webhookUrl: webhook.url });
  await vi.waitFor(() => expect(tocsin.opened).toEqual([null]), patient);

  tocsin.alarm({ id: 'fume', ruleId: 'kitchen-fume/over-limit', deviceType: 'kitchen-fume', severity: 'red' });
  tocsin.alarm({ id: 'a', severity: 'yellow', peakSeverity: 'yellow' });
  tocsin.alarm({ id: 'a', severity: 'orange', peakSeverity: 'orange', count: 2 });
  await vi.waitFor(() => expect(notes(tocsin)).toHaveLength(1), patient);
  await vi.waitFor(() => expect(webhook.posts).toHaveLength(1), patient);
  expect(webhook.posts[0]).toMatchObject({ event: 'raised', alarm: { id: 'a' }, signs: { devices: ['sign-1'] } });
  expect(notes(tocsin)[0]).toMatch(/^\/api\/v1\/cases\/case-of-a\/\w+ .*请绕行.*sign-1/);

  tocsin.alarm({ id: 'a', count: 3 });
  tocsin.alarm({ id: 'a', severity: 'red', peakSeverity: 'red', count: 4 });
  tocsin.alarm({ id: 'b', severity: 'red', peakSeverity: 'red' });
  await vi.waitFor(() => expect(notes(tocsin)).toHaveLength(2), patient);
  // One of two is over: the road is still flooded.
  tocsin.alarm({ id: 'a', severity: 'yellow', active: false, clearedAt: 1 });
  tocsin.alarm({ id: 'b', severity: 'yellow', active: false, clearedAt: 1 });
  await vi.waitFor(() => expect(webhook.posts).toHaveLength(3), patient);

  const path = '/api/v1/devices/sign-1/commands';
  expect(commands(tocsin)).toEqual([
    { path, body: show },
    { path, body: show },
    { path, body: { command: 'clear', arguments: {} } },
  ]);
  await vi.waitFor(() => expect(notes(tocsin).at(-1)).toMatch(/case-of-b.*熄屏/), patient);
});

test('without a webhook the sign is lit all the same; without a sign the case says that someone must', async () => {
  const tocsin = await startTocsin();
  tocsin.addDevice({ id: 'sign-1' });
  await startTestFlows({ dir: await tempDir(), apiUrl: tocsin.url });
  await vi.waitFor(() => expect(tocsin.opened).toHaveLength(1), patient);
  tocsin.alarm({ id: 'a' });
  tocsin.alarm({ id: 'far', gridId: 'g3' });
  await vi.waitFor(() => expect(notes(tocsin)).toHaveLength(2), patient);
  expect(commands(tocsin)).toHaveLength(1);
  expect(notes(tocsin).find((note) => note.includes('case-of-far'))).toMatch(/人工.*road-sign/);
});
