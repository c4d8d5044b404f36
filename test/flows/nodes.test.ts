import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import { alarmIn, flow, startTestFlows, tell } from './support/flows.ts';
import { startTocsin, type Tocsin } from './support/tocsin.ts';

const patient = { timeout: 12_000, interval: 20 };
const told = (tocsin: Tocsin) => tocsin.deeds.map((deed) => (deed.body as { note: string }).note);
/** Up to where the flow is done with the feed, as a restart would read it. */
async function position(dir: string): Promise<object> {
  return JSON.parse(await readFile(path.join(dir, 'data/flows/tocsin/in.json'), 'utf8'));
}
const telling = (config = {}) => flow(alarmIn('say', config), ...tell);

test('each change of an alarm comes once, in order', async () => {
  const tocsin = await startTocsin();
  tocsin.alarm({ id: 'before', severity: 'red', peakSeverity: 'red' });
  await startTestFlows({ dir: await tempDir(), nodes: telling(), apiUrl: tocsin.url });
  // What was active already is news to a flow that has just been made.
  await vi.waitFor(() => expect(told(tocsin)).toEqual(['raised before red']), patient);
  tocsin.alarm({ id: 'a', severity: 'yellow', peakSeverity: 'yellow' });
  tocsin.alarm({ id: 'a', severity: 'orange', peakSeverity: 'orange' });
  await vi.waitFor(() => expect(told(tocsin)).toHaveLength(3), patient);
  tocsin.alarm({ id: 'a', count: 2 });
  tocsin.alarm({ id: 'a', assignee: { id: 'p', name: '李' } });
  tocsin.alarm({ id: 'a', acknowledgedAt: 5, acknowledgedBy: { id: 'p', name: '李' } });
  tocsin.alarm({ id: 'a', active: false, clearedAt: 9 });
  tocsin.alarm({ id: 'a', caseId: 'case-of-a' });
  await vi.waitFor(() => expect(told(tocsin)).toHaveLength(6), patient);
  expect(told(tocsin)).toEqual([
    'raised before red',
    'raised a yellow',
    'severity a orange',
    'continued a orange',
    'acknowledged a orange',
    'cleared a orange',
  ]);
});

test('after a break and after a restart nothing is missing and nothing comes twice', async () => {
  const tocsin = await startTocsin();
  const dir = await tempDir();
  const first = await startTestFlows({ dir, nodes: telling(), apiUrl: tocsin.url });
  await vi.waitFor(() => expect(tocsin.opened).toHaveLength(1), patient);
  tocsin.alarm({ id: 'a' });
  await vi.waitFor(() => expect(told(tocsin)).toEqual(['raised a orange']), patient);

  tocsin.cutFeeds();
  tocsin.alarm({ id: 'b' });
  await vi.waitFor(() => expect(told(tocsin)).toHaveLength(2), patient);
  expect(tocsin.opened.at(-1)).toBe('1');
  // Closing does not wait for the flow; what it has not been told to be done with would come again.
  await new Promise((resolve) => setTimeout(resolve, 300));

  await first.close();
  tocsin.alarm({ id: 'a', active: false, clearedAt: 3 });
  tocsin.alarm({ id: 'c' });
  tocsin.alarm({ id: 'c', active: false, clearedAt: 4 });
  await startTestFlows({ dir, nodes: telling(), apiUrl: tocsin.url });
  await vi.waitFor(() => expect(told(tocsin)).toContain('cleared c orange'), patient);
  expect(told(tocsin)).toEqual([
    'raised a orange',
    'raised b orange',
    'cleared a orange',
    'raised c orange',
    'cleared c orange',
  ]);
  expect(tocsin.opened.at(-1)).toBe('2');
});

/** A server that answers only from the request number `from` on; `{url}` names the alarm that a request is about. */
async function startSlow(from: number) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    if (asked.push(request.url!) >= from) response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/{{{payload.id}}}` };
}

const asking = (url: string) => ({
  id: 'ask',
  type: 'http request',
  method: 'GET',
  ret: 'txt',
  paytoqs: 'ignore',
  url,
  headers: [],
});

test('what a flow was at when Node-RED was killed comes again', async () => {
  const tocsin = await startTocsin();
  const { asked, url } = await startSlow(2);
  const flows = await startTestFlows({
    dir: await tempDir(),
    nodes: flow(
      alarmIn('linkOut'),
      { id: 'linkOut', type: 'link out', mode: 'link', links: ['linkIn'] },
      { id: 'linkIn', type: 'link in', links: ['linkOut'], wires: [['ask']] },
      asking(url),
    ),
    apiUrl: tocsin.url,
    patience: { firstPauseMs: 20 },
  });
  await vi.waitFor(() => expect(tocsin.opened).toHaveLength(1), patient);
  tocsin.alarm({ id: 'a' });
  await vi.waitFor(() => expect(asked).toEqual(['/a']), patient);
  // Longer than it takes to call a message handled when nobody has it.
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.kill(flows.status().pid!, 'SIGKILL');
  await vi.waitFor(() => expect(asked).toEqual(['/a', '/a']), patient);
});

test('being stopped in the middle of a change time and again is not held against it', async () => {
  const tocsin = await startTocsin();
  const { asked, url } = await startSlow(5);
  const dir = await tempDir();
  const nodes = flow(alarmIn('ask'), asking(url));
  tocsin.alarm({ id: 'a' });
  for (let start = 1; start <= 4; start += 1) {
    const flows = await startTestFlows({ dir, nodes, apiUrl: tocsin.url });
    await vi.waitFor(() => expect(asked).toHaveLength(start), patient);
    await flows.close();
  }
  await startTestFlows({ dir, nodes, apiUrl: tocsin.url });
  await vi.waitFor(() => expect(asked).toHaveLength(5), patient);
}, 60_000);

// A node may say that it is done with an error, tell an error and say nothing, or be one that never says anything.
const failing = {
  'a command that fails': { type: 'tocsin-send-command', server: 'server', target: 'grid', deviceType: 'road-sign' },
  'an expression that fails': {
    type: 'change',
    rules: [{ t: 'set', p: 'x', pt: 'msg', to: '$error("no")', tot: 'jsonata' }],
  },
};
test.each(Object.entries(failing))(
  'after %s a flow is done with the message as soon as what caught it is',
  async (_, fails) => {
    const tocsin = await startTocsin();
    const dir = await tempDir();
    const isRaised = { property: 'change', propertyType: 'msg', rules: [{ t: 'eq', v: 'raised', vt: 'str' }] };
    await startTestFlows({
      dir,
      nodes: flow(
        alarmIn('which'),
        { id: 'which', type: 'switch', ...isRaised, checkall: 'true', repair: false, outputs: 1, wires: [['fails']] },
        { id: 'fails', command: 'show', ...fails },
        { id: 'caught', type: 'catch', scope: ['fails'], wires: [['say']] },
        ...tell,
      ),
      apiUrl: tocsin.url,
    });
    tocsin.alarm({ id: 'a0' });
    await vi.waitFor(() => expect(told(tocsin)).toHaveLength(1), patient);
    // More than may be in the flow at once.
    const raised = Array.from({ length: 150 }, (_, index) => `a${index}`);
    for (const id of raised.slice(1)) tocsin.alarm({ id });
    tocsin.alarm({ id: 'a0', active: false, clearedAt: 1 });
    await vi.waitFor(() => expect(told(tocsin)).toEqual(raised.map((id) => `raised ${id} orange`)), patient);
    await vi.waitFor(async () => expect(await position(dir)).toMatchObject({ seq: 151, waiting: false }), patient);
  },
  30_000,
);

test('an alarm that passed the filter is followed to its end, also below it', async () => {
  const tocsin = await startTocsin();
  await startTestFlows({ dir: await tempDir(), nodes: telling({ minSeverity: 'orange' }), apiUrl: tocsin.url });
  await vi.waitFor(() => expect(tocsin.opened).toHaveLength(1), patient);
  tocsin.alarm({ id: 'mild', severity: 'yellow', peakSeverity: 'yellow' });
  tocsin.alarm({ id: 'a', severity: 'orange' });
  await vi.waitFor(() => expect(told(tocsin)).toHaveLength(1), patient);
  tocsin.alarm({ id: 'a', severity: 'yellow' });
  await vi.waitFor(() => expect(told(tocsin)).toHaveLength(2), patient);
  tocsin.alarm({ id: 'a', active: false, clearedAt: 2 });
  await vi.waitFor(() => expect(told(tocsin)).toHaveLength(3), patient);
  expect(told(tocsin)).toEqual(['raised a orange', 'severity a yellow', 'cleared a yellow']);
});

test('a change that holds Node-RED up time and again is passed over, and the next one gets through', async () => {
  const tocsin = await startTocsin();
  const trap = { id: 'trap', type: 'function', func: "while (msg.payload.id === 'trap') {} return msg;", outputs: 1 };
  const flows = await startTestFlows({
    dir: await tempDir(),
    nodes: flow(alarmIn('trap'), { ...trap, wires: [['say']] }, ...tell),
    apiUrl: tocsin.url,
    patience: { beatMs: 100, missedBeats: 10, firstPauseMs: 20 },
  });
  await vi.waitFor(() => expect(tocsin.opened).toHaveLength(1), patient);
  tocsin.alarm({ id: 'trap' });
  tocsin.alarm({ id: 'good' });
  await vi.waitFor(() => expect(told(tocsin)).toContain('raised good orange'), { ...patient, timeout: 50_000 });
  expect(flows.status().restarts).toBeGreaterThanOrEqual(3);
}, 240_000);
