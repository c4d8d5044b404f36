import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startFake } from './fake/server.ts';
import { makeTroubles } from './fake/system.ts';
import { password } from './fake/town.ts';
import { desk, type OpenConsole, openConsole, phone } from './open-console.ts';

// Drawing without a graphics card takes its time when other tests run beside it.
vi.setConfig({ testTimeout: 240_000 });

let opened: OpenConsole;
let fake: OpenConsole['fake'];
let browser: OpenConsole['browser'];
let signIn: OpenConsole['signIn'];

beforeAll(async () => {
  opened = await openConsole();
  ({ fake, browser, signIn } = opened);
});
afterAll(async () => {
  await opened?.close();
});

test('a new red alarm is on the wall at once, unmistakable, and goes from the banner when it is acknowledged', async () => {
  const page = await signIn('lin', desk);
  await page.locator('.list .row').first().waitFor();
  await page.locator('canvas.maplibregl-canvas').waitFor();

  fake.api.raise('a004', 'fresh', { severity: 'red', deviceName: '新的红色告警设备' });
  const banner = page.getByRole('alert').filter({ hasText: '新的红色告警设备' });
  await banner.waitFor();
  expect(await banner.innerText()).toContain('红色告警 一级');
  const row = page.locator('.list .row').filter({ hasText: '新的红色告警设备' });
  expect(await row.innerText()).toContain('红');
  expect(await page.title()).toMatch(/^\(3\)/);

  await row.getByRole('button', { name: '确认' }).click();
  await banner.waitFor({ state: 'detached' });
  await row.getByText('已确认').waitFor();
  expect(fake.api.alarms.find((alarm) => alarm.id === 'fresh')!.acknowledgedBy!.name).toBe('林晓梅');
  await page.context().close();
});

test("an alarm's page on a phone has the chart and a big button; a second person verifies the case", async () => {
  const page = await signIn('zhao', phone, '/alarms/a001');
  await page.getByRole('heading', { name: '道路积水' }).waitFor();
  await page.locator('.u-over').first().waitFor();
  const button = page.getByRole('button', { name: '确认告警' });
  const box = (await button.boundingBox())!;
  expect(box.height).toBeGreaterThanOrEqual(48);
  expect(box.width).toBeGreaterThan(300);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width);

  await page.getByPlaceholder('备注（可不填）').fill('已出发');
  await button.click();
  await page.getByRole('button', { name: '已处置' }).click();
  await page.locator('textarea').fill('抽水完毕');
  await page.getByRole('button', { name: '提交' }).click();
  await page.getByText('须由另一人复核').waitFor();
  expect(await page.getByRole('button', { name: '复核' }).count()).toBe(0);
  await page.context().close();

  const second = await signIn('lin', desk, '/alarms/a001');
  await second.getByText('抽水完毕').waitFor();
  await second.getByRole('button', { name: '复核' }).click();
  await second.getByRole('button', { name: '复核通过，结案' }).click();
  await second.getByText('已结案').waitFor();
  await second.context().close();
});

test('a sign is told what it can be told, field by field; a sensor that obeys nothing is offered nothing', async () => {
  const idOf = (type: string) => fake.api.devices.find((device) => device.type === type)!.id;
  const sign = idOf('road-sign');
  const page = await signIn('lin', desk, `/devices/${sign}`);
  const form = page.locator('form').filter({ hasText: '下发命令' });
  await form.waitFor();
  expect(await form.getByLabel('命令').locator('option').allInnerTexts()).toEqual(['显示警示', '熄屏']);
  const send = form.getByRole('button', { name: '下发' });
  // The browser asks for what is missing; nothing is sent.
  await send.click();
  await form.getByLabel('文字').fill('前方积水');
  await send.click();
  await form.getByText('已下发').waitFor();
  await form.getByLabel('命令').selectOption('熄屏');
  await form.getByLabel('文字').waitFor({ state: 'detached' });
  await send.click();
  await form.getByText('已下发').waitFor();
  expect(fake.api.commands).toEqual([
    { deviceId: sign, command: 'show', arguments: { text: '前方积水' } },
    { deviceId: sign, command: 'clear', arguments: {} },
  ]);

  await page.goto(`${fake.url}/devices/${idOf('kitchen-fume')}`);
  await page
    .getByText(/^(运行|停止)$/)
    .first()
    .waitFor();
  expect(await form.count()).toBe(0);
  await page.context().close();
});

test('the language changes in place and is remembered; the menu shows what the role may see', async () => {
  const page = await signIn('chen', desk, '/alarms');
  await page.getByRole('heading', { name: '告警', exact: true }).waitFor();
  await page.getByRole('button', { name: 'EN' }).click();
  await page.getByRole('heading', { name: 'Alarms' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Alarms' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en-GB');
  expect(await page.locator('header nav').innerText()).toContain('Quarantine');
  expect(await page.getByRole('button', { name: 'Acknowledge', exact: true }).count()).toBe(0);

  await page.goto(`${fake.url}/quarantine/896`);
  await page.getByText('01 00 ff 12').waitFor();
  await page.context().close();
});

test("a community's officer has the banner for the own community, and a list of everything with it on top", async () => {
  const page = await signIn('qian', desk);
  const rows = page.locator('.list .row');
  await rows.first().waitFor();
  fake.api.raise('a004', 'elsewhere', { severity: 'red', gridId: 'lakeside-1', deviceName: '别处的设备' });
  fake.api.raise('a004', 'own', { severity: 'blue', gridId: 'oldtown-1', deviceName: '自己的设备' });
  await rows.filter({ hasText: '别处的设备' }).waitFor();
  const names = await rows.locator('.where').allInnerTexts();
  const place = (name: string) => names.findIndex((text) => text.includes(name));
  expect(place('自己的设备')).toBeLessThan(place('别处的设备'));
  expect(await page.getByRole('alert').filter({ hasText: '别处的设备' }).count()).toBe(0);

  await page.getByRole('button', { name: '我的辖区' }).click();
  await rows.filter({ hasText: '别处的设备' }).waitFor({ state: 'detached' });
  await page.reload();
  await rows.filter({ hasText: '自己的设备' }).waitFor();
  expect(await rows.filter({ hasText: '别处的设备' }).count()).toBe(0);
  await page.context().close();
});

test('everyone changes the own password in the account menu, and is told what is wrong with it', async () => {
  const page = await signIn('wu', phone);
  await page.getByRole('button', { name: '账户与显示' }).click();
  expect(await page.getByRole('link', { name: 'API 文档' }).count()).toBe(0);
  await page.getByRole('link', { name: '账户与密码' }).click();
  const send = async (current: string, next: string, repeated = next) => {
    await page.fill('input[name=current]', current);
    await page.fill('input[name=next]', next);
    await page.fill('input[name=repeated]', repeated);
    await page.getByRole('button', { name: '修改密码' }).click();
  };
  await send(password, 'short');
  await page.getByText('至少 10 个字符。', { exact: false }).last().waitFor();
  await send(password, 'long enough 1', 'long enough 2');
  await page.getByText('两次输入的新密码不一样').waitFor();
  await send('not the one', 'long enough 1');
  await page.getByText('当前密码不对').waitFor();
  await send(password, 'long enough 1');
  await page.getByText('密码已修改').waitFor();
  await page.context().close();
});

test('a feed that is lost is shown as lost', async () => {
  const mine = await startFake();
  const page = await (await browser.newContext({ viewport: desk, reducedMotion: 'reduce' })).newPage();
  page.setDefaultTimeout(60_000);
  // Not the overview: a map that is still being drawn is no part of this.
  await page.goto(`${mine.url}/cases`);
  await page.fill('input[name=login]', 'lin');
  await page.fill('input[name=password]', password);
  await page.click('button[type=submit]');
  await page.getByRole('status').getByText('实时', { exact: true }).waitFor();
  await page.locator('main h1').filter({ hasText: '工单' }).waitFor();
  await mine.close();
  await page.getByRole('status').getByText('实时中断').waitFor();
  await page.getByRole('alert').filter({ hasText: '画面停留在' }).waitFor();
  await page.context().close();
});

test('a page that cannot be loaded while the service is away leaves the open one, and comes when it is back', async () => {
  const first = await startFake();
  const page = await (await browser.newContext({ viewport: desk, reducedMotion: 'reduce' })).newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`${first.url}/cases`);
  await page.fill('input[name=login]', 'lin');
  await page.fill('input[name=password]', password);
  await page.click('button[type=submit]');
  const open = page.locator('main h1').filter({ hasText: '工单' });
  await open.waitFor();
  await first.close();
  await page.getByRole('link', { name: '设备' }).first().click();
  await page.getByRole('status').getByText('实时中断').waitFor();
  await open.waitFor();
  const second = await startFake(Number(new URL(first.url).port));
  // Another service that knows no session: it asks who one is, and then leads on to the page.
  await page.waitForURL('**/sign-in?to=/devices');
  await page.locator('input[name=login]').waitFor();
  await page.context().close();
  await second.close();
});

test('Tocsin itself in trouble stands above everything until it is over, and its page says what to do', async () => {
  const page = await signIn('lin', phone, '/cases');
  await page.getByRole('status').getByText('实时', { exact: true }).waitFor();
  fake.api.trouble(makeTroubles(Date.now()));
  const banner = page.getByRole('alert').filter({ hasText: '警钟自身异常' });
  await banner.waitFor();
  expect(await banner.innerText()).toContain('自检告警没有按时到达');
  expect(await banner.innerText()).toContain('另有 2 项');
  await banner.click();
  await page.locator('main h1').filter({ hasText: '系统状态' }).waitFor();
  await page.getByText('登录 → 落盘').waitFor();
  expect(await page.locator('main').innerText()).toContain('请用电话值守');
  // Nothing is wider than a phone.
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(phone.width);
  fake.api.trouble([]);
  await page.getByText('未发现异常').waitFor();
  await page.context().close();
});

test('nothing was against the content security policy, and no page failed', () => {
  expect(opened.complaints).toEqual([]);
});
