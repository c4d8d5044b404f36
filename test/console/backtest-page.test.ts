import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { desk, type OpenConsole, openConsole, phone } from './open-console.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let web: OpenConsole;

beforeAll(async () => {
  web = await openConsole();
});
afterAll(async () => {
  await web?.close();
});

test('a rule is tried on the past of a device: what it would have raised, and how that differs', async () => {
  const page = await web.signIn('chen', desk, '/devices/flood-gauge-004');
  await page.getByRole('link', { name: '用历史数据回测…' }).click();
  const text = page.locator('textarea');
  await text.fill(
    [
      'id: waterlogging',
      'name: { zh: 积水, en: Water }',
      'advice: { zh: 去看, en: Look }',
      'source: { zh: 试, en: Test }',
      'severity: red',
      'when: level >= 12 cm',
      'maxGap: 2 min',
    ].join('\n'),
  );
  await page.getByRole('button', { name: '开始回测' }).click();
  await page.locator('.under-way').getByText('进行中').waitFor();

  const result = page.locator('.result');
  await result.waitFor();
  const told = await result.innerText();
  expect(told).toContain('会有 1 条告警');
  expect(told).toContain('与现行规则相比：相同 0 条，增加 0 条，减少 0 条，有变化 1 条');
  // Readings five minutes apart tell little of a rule that takes two for a gap.
  expect(told).toContain('读数通常相隔 5 分，超过 waterlogging 的 maxGap（2 分）');
  expect(told).toMatch(/道路积水 · .*[\s\S]*变化[\s\S]*红[\s\S]*现行[\s\S]*红/);
  expect(await result.getByRole('img', { name: '试算' }).locator('i').count()).toBe(1);
  expect(await page.locator('.recent').first().innerText()).toMatch(/已完成/);

  await page.getByRole('button', { name: 'EN' }).click();
  await result.getByText('There would be 1 alarm', { exact: true }).waitFor();
  expect(await result.innerText()).toContain(
    'Readings are usually 5 min apart, more than maxGap (2 min) of waterlogging',
  );
  await page.context().close();
});

test('what is wrong with the rules is told; one under way can be stopped, and earlier ones looked at again', async () => {
  const page = await web.signIn('admin', phone, '/backtests?device=flood-gauge-004');
  const text = page.locator('textarea');
  const start = page.getByRole('button', { name: '开始回测' });
  await text.fill('id: waterlogging\nseverity: red\nwhen: level >= 12 cm\n');
  await start.click();
  const failure = page.locator('.form .failure');
  await failure.waitFor();
  expect((await failure.innerText()).split('\n')).toEqual([
    expect.stringContaining('规则有误：第 1 行：name：缺少，两种语言都要写'),
    expect.stringContaining('第 1 行：advice：'),
    expect.stringContaining('第 1 行：source：'),
  ]);
  await page.getByRole('button', { name: 'EN' }).click();
  await page.getByRole('button', { name: 'Start' }).click();
  await failure.getByText('The rules have a mistake: line 1: name').waitFor();
  await page.getByRole('button', { name: '中' }).click();

  web.fake.api.backtests.finishing = false;
  await text.fill('');
  await start.click();
  await failure.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '停止' }).click();
  const stopped = page.locator('.recent').filter({ hasText: '已停止' }).first();
  await stopped.waitFor();
  web.fake.api.backtests.finishing = true;
  await start.click();
  const outcome = page.locator('.outcome');
  await outcome.locator('.result').waitFor();
  // It comes below the form, and is seen all the same.
  await vi.waitFor(async () => expect((await outcome.boundingBox())!.y).toBeLessThan(phone.height), 10_000);
  await stopped.click();
  await outcome.getByText('已停止').waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width);
  await page.context().close();
});

test('a device and an alarm say why a rule has, or has not, raised an alarm, in both languages', async () => {
  const page = await web.signIn('lin', phone, '/devices/flood-gauge-001');
  const why = page.locator('.why');
  await why.locator('select').selectOption('flood-gauge/waterlogging');
  await why.getByRole('button', { name: '说明' }).click();
  await why.getByText('没有告警。').waitFor();
  expect(await why.innerText()).toMatch(/蓝色：level >= 10 cm 不成立/);
  expect(await why.innerText()).toContain('日志里已没有的，用时序库里的');
  await page.getByRole('button', { name: 'EN' }).click();
  await why.getByText('No alarm.').waitFor();
  expect(await why.innerText()).toMatch(/Blue: level >= 10 cm does not hold/);
  await page.context().close();
});

test('no page failed', () => {
  expect(web.complaints).toEqual([]);
});
