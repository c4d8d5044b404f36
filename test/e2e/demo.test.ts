import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';

const password = 'password-of-the-demo';
/** Alarms of the demo: rule, grid, and the grid worker who has it, as the console shows them in Chinese. */
const incidents = [
  ['道路积水', '渡口社区第一网格', '周渡'],
  ['井盖开启', '石桥社区第三网格', '罗桥'],
  ['油烟超标', '柳荫社区第二网格', '秦禾'],
  ['长者跌倒', '石桥社区第二网格', '沈清'],
] as const;
const withinMs = 150_000;

let demo: ChildProcess;
let said = '';
let url: string;
let browser: Browser;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  demo = spawn(process.execPath, ['simulator/demo.ts', '--port', String(port), '--password', password], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [demo.stdout!, demo.stderr!])
    stream.on('data', (bytes) => {
      said += bytes;
    });
  browser = await startBrowser();
  await vi.waitUntil(() => said.includes('Ctrl-C'), { timeout: 60_000, interval: 200 });
}, 240_000);

afterAll(async () => {
  await browser.close();
  demo.kill('SIGKILL');
});

async function signIn(
  login: string,
  options: { width: number; height: number },
): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', password);
  await page.click('button[type=submit]');
  return { page, errors };
}

test('within two minutes all four incidents are on the console, in the right grid, with the right person; one is acknowledged on a phone', async () => {
  const officer = await signIn('linjiang', { width: 1440, height: 900 });
  const row = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name }).first();
  for (const [rule, grid, person] of incidents) {
    await row(officer.page, rule).waitFor({ timeout: withinMs });
    const text = await row(officer.page, rule).innerText();
    expect(text).toContain(grid);
    expect(text).toContain(person);
  }
  expect(await officer.page.locator('canvas').count()).toBeGreaterThan(0);

  // The worker of the cover's grid sees his own alarm and no other.
  const worker = await signIn('shiqiao-3', { width: 390, height: 844 });
  await worker.page.getByRole('button', { name: 'EN', exact: true }).click();
  await row(worker.page, 'Cover open').waitFor({ timeout: 45_000 });
  const body = await worker.page.locator('body').innerText();
  for (const other of ['Waterlogging', 'Fume over the limit', 'Fall']) expect(body).not.toContain(other);

  await worker.page.getByRole('link', { name: 'Cover open' }).first().click();
  await worker.page.getByRole('button', { name: 'Acknowledge alarm' }).click();
  await worker.page.getByText('Acknowledged', { exact: true }).first().waitFor({ timeout: 45_000 });
  // A phone's page never scrolls sideways.
  expect(
    await worker.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
  ).toBeLessThanOrEqual(0);

  // The officer's page has the news without being loaded again.
  await row(officer.page, '井盖开启').getByText('已确认').waitFor({ timeout: 45_000 });

  await officer.page.getByRole('link', { name: '道路积水' }).first().click();
  await officer.page.getByText('测值曲线').waitFor({ timeout: 45_000 });
  await officer.page.locator('.uplot canvas').first().waitFor({ timeout: 45_000 });
  expect(officer.errors).toEqual([]);
  expect(worker.errors).toEqual([]);
}, 240_000);

test('Ctrl-C ends the demo in order', async () => {
  const ended = once(demo, 'exit');
  demo.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
}, 240_000);
