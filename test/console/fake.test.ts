import { expect, test } from 'vitest';
import { z } from 'zod';
import * as contract from '../../src/api/contract.ts';
import { FakeApi } from './fake/api.ts';
import { people } from './fake/town.ts';

const shapes: Record<string, z.ZodType> = {
  'GET /session': contract.Session,
  'GET /areas': z.array(contract.Area),
  'GET /device-types': z.array(contract.DeviceType),
  'GET /devices': z.array(contract.Device),
  'GET /devices/flood-gauge-004/latest': z.array(contract.LatestValue),
  'GET /alarms': z.array(contract.Alarm),
  'GET /alarms/a001': contract.AlarmDetail,
  'GET /cases': z.array(contract.Case),
  'GET /cases/ca001': contract.CaseDetail,
  'GET /quarantine': z.array(contract.QuarantinedFrame),
  'GET /quarantine/896': contract.QuarantinedFrameDetail,
  'GET /summary': contract.Summary,
  'GET /rules': z.array(contract.RuleOverview),
  'GET /rules/flood-gauge/waterlogging/versions': z.array(contract.RuleVersion),
  'GET /rules/flood-gauge/waterlogging/shadow': contract.ShadowComparison,
  'GET /devices/flood-gauge-004/rules': z.array(contract.DeviceRule),
};

test.each(Object.keys(shapes))('the town in memory answers %s in the shape of the contract', (route) => {
  const api = new FakeApi(Date.parse('2026-03-01T08:00:00Z'));
  const { body } = api.answer(route, new URLSearchParams(), {}, people[3]!);
  expect(shapes[route]!.safeParse(JSON.parse(JSON.stringify(body))).error).toBeUndefined();
  if (Array.isArray(body)) expect(body.length).toBeGreaterThan(3);
});

test('a backtest of the town in memory, and an explanation, have the shape of the contract', () => {
  const now = Date.parse('2026-03-01T08:00:00Z');
  const api = new FakeApi(now);
  const ask = (route: string, query: Record<string, string> = {}, body = {}) =>
    JSON.parse(JSON.stringify(api.answer(route, new URLSearchParams(query), body, people[3]!).body));
  const asked = { deviceType: 'flood-gauge', deviceIds: ['flood-gauge-004'], from: now - 3_600_000, to: now };
  const { id } = contract.Backtest.parse(ask('POST /backtests', {}, asked));
  expect(contract.Backtest.parse(ask(`GET /backtests/${id}`)).state).toBe('running');
  expect(contract.Backtest.parse(ask(`GET /backtests/${id}`)).result).not.toBeNull();
  const why = { rule: 'waterlogging', at: String(now) };
  expect(contract.Explanation.parse(ask('GET /devices/flood-gauge-004/explain', why)).levels.length).toBe(4);
});
