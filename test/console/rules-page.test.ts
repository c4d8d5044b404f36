import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { desk, type OpenConsole, openConsole, phone } from './open-console.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const rule = '/rules/flood-gauge/waterlogging';
let web: OpenConsole;

beforeAll(async () => {
  web = await openConsole();
});
afterAll(async () => {
  await web?.close();
});

/** What is in force of the rule that is looked at, and what was changed about it. */
const parts = (page: Page) => ({
  inForce: page.locator('.detail > .panel').first().locator('.item'),
  history: page.locator('.detail > .panel').last().locator('.item'),
});

test('the rules of every type, where one is set otherwise, and who changed what, when and why', async () => {
  const page = await web.signIn('lin', desk, '/rules');
  const entry = page.locator('.entry').filter({ hasText: '道路积水' });
  await entry.waitFor();
  expect(await entry.innerText()).toContain('另有 3 处设定');
  expect(await page.locator('nav section h2').allInnerTexts()).toEqual(
    expect.arrayContaining(['积水监测仪', '智能井盖']),
  );
  await entry.click();

  const { inForce, history } = parts(page);
  await history.nth(4).waitFor();
  expect(await inForce.nth(0).innerText()).toMatch(/设备类型文件[\s\S]*level >= 15 cm[\s\S]*GB 50014/);
  expect(await inForce.nth(1).innerText()).toMatch(/滨江社区[\s\S]*level >= 12 cm[\s\S]*告警至少持续 10分钟/);
  expect(await history.nth(0).innerText()).toMatch(/已停用[\s\S]*到 .* 为止[\s\S]*管理员 · 20[\s\S]*泵站检修/);
  expect(await history.nth(2).innerText()).toMatch(/第 \d+ 版[\s\S]*接在第 \d+ 版之后[\s\S]*避免反复/);
  // A duty officer looks on.
  expect(await page.getByRole('button', { name: /设定|修改|撤销|恢复/ }).count()).toBe(0);

  await page.getByRole('button', { name: 'EN' }).click();
  await page.getByRole('heading', { name: 'Waterlogging' }).waitFor();
  expect(await inForce.nth(1).innerText()).toMatch(/Riverside[\s\S]*Lasts 10 minutes at least/);
  expect(await history.nth(0).innerText()).toMatch(/Switched off[\s\S]*until .*[\s\S]*管理员/);
  await page.context().close();
});

test('a rule is set otherwise for an area; a mistake is told with its line and what is allowed, and cannot be saved', async () => {
  const page = await web.signIn('admin', desk, rule);
  const { inForce, history } = parts(page);
  await page.getByRole('button', { name: '为区域或设备设定' }).click();
  const text = page.locator('textarea[name=text]');
  const save = page.getByRole('button', { name: '保存并立即生效' });
  await page.locator('select[name=area]').selectOption('oldtown');
  await page.locator('input[name=note]').fill('老街排水慢');
  const good = await text.inputValue();

  const mistakes = page.locator('.editor .failure');
  await text.fill(good.replace('severity: yellow', 'severity: purple'));
  await mistakes.getByText('没有这个级别；有 blue、yellow、orange、red').waitFor();
  expect(await mistakes.innerText()).toMatch(/第 3\d 行.*levels\.1\.severity/);
  expect(await save.isDisabled()).toBe(true);
  await text.fill(good.replace('level >= 10 cm\n', 'levle >= 10 cm\n'));
  await mistakes.getByText('没有 levle 这个通道；有 level、rain').waitFor();
  expect(await mistakes.innerText()).toMatch(/第 2\d 行/);
  // The line is marked, wherever the text was scrolled to.
  await mistakes.getByRole('button', { name: /第 2\d 行/ }).click();
  expect(await page.evaluate('getSelection().toString().trim()')).toBe('when: levle >= 10 cm');
  await page.getByRole('button', { name: 'EN' }).click();
  await mistakes.getByText('there is no channel levle; there are level, rain').waitFor();
  await page.getByRole('button', { name: '中' }).click();
  expect(await save.isDisabled()).toBe(true);

  await text.fill(good.replace('level >= 10 cm\n', 'level >= 8 cm\n'));
  await page.getByText('可以使用').waitFor();
  await save.click();
  const own = inForce.filter({ hasText: '老街社区' });
  await own.waitFor();
  expect(await own.innerText()).toMatch(/管理员[\s\S]*老街排水慢[\s\S]*level >= 8 cm/);
  expect(await history.first().innerText()).toContain('老街排水慢');

  // Changed once more, then back to what it was, and taken away: nothing is lost of how it came about.
  await own.getByRole('button', { name: '修改' }).click();
  await text.fill(good.replace('level >= 10 cm\n', 'level >= 6 cm\n'));
  await page.locator('input[name=note]').fill('再低一些');
  await page.getByText('可以使用').waitFor();
  await save.click();
  await own.getByText('level >= 6 cm').first().waitFor();
  await history.filter({ hasText: '老街排水慢' }).getByRole('button', { name: '恢复到这一版' }).click();
  await page.locator('input[name=why]').fill('六厘米太早');
  await save.click();
  await own.getByText('level >= 8 cm').first().waitFor();
  expect(await history.first().innerText()).toMatch(/恢复第 \d+ 版[\s\S]*六厘米太早/);
  await own.getByRole('button', { name: '撤销这里的设定' }).click();
  await page.locator('input[name=why]').fill('泵已修好');
  await save.click();
  await own.waitFor({ state: 'detached' });
  expect(await history.filter({ hasText: '老街社区' }).count()).toBe(4);
  await page.context().close();
});

test('on a phone a rule is switched off for a device until a time, and its page says so', async () => {
  const page = await web.signIn('admin', phone, rule);
  const { inForce } = parts(page);
  await inForce.first().waitFor();
  await page.getByRole('button', { name: 'EN' }).click();
  await page.getByRole('button', { name: 'Set for an area or a device' }).click();
  await page.locator('select[name=scope]').selectOption('device');
  await page.locator('input[name=device]').fill('flood-gauge-077');
  await page.locator('select[name=mode]').selectOption('off');
  await page.locator('select[name=hours]').selectOption('4');
  await page.locator('input[name=note]').fill('Works on the road');
  const save = page.getByRole('button', { name: 'Save, in force at once' });
  await save.click();
  await page.locator('.editor .failure').waitFor();
  await page.locator('input[name=device]').fill('flood-gauge-005');
  await save.click();
  const off = inForce.filter({ hasText: 'Works on the road' });
  await off.waitFor();
  expect(await off.innerText()).toMatch(/Switched off[\s\S]*until [\s\S]*管理员/);
  // Nothing is wider than a phone.
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width);

  await page.goto(`${web.fake.url}/devices/flood-gauge-005`);
  const onDevice = page.locator('.rule').filter({ hasText: 'Waterlogging' });
  await onDevice.waitFor();
  expect(await onDevice.innerText()).toMatch(/Switched off[\s\S]*As set for this device/);
  await page.context().close();
});

test('no page failed', () => {
  expect(web.complaints).toEqual([]);
});
