import type { z } from 'zod';
import type * as contract from './contract.ts';

type Contract = typeof contract;
type Examples = { [Name in keyof Contract]?: Contract[Name] extends z.ZodType ? z.input<Contract[Name]> : never };

/** What the API's page shows for a schema of the contract, ready to be sent; the story of docs/api.md. */
export const examples: Examples = {
  Time: 1_772_323_200_000,
  SignIn: { login: 'admin', password: 'the password of the first start' },
  PasswordChange: { current: 'the password until now', next: 'at least ten letters' },
  NewPerson: { login: 'li.na', name: '李娜', role: 'grid-worker', password: 'at least ten letters', areaIds: ['g'] },
  PersonPatch: { areaIds: ['g', 'g2'] },
  Area: {
    id: 'g',
    tier: 'grid',
    parentId: 'c',
    name: { zh: '一网格', en: 'Grid 1' },
    polygon: {
      type: 'Polygon',
      coordinates: [
        [
          [120, 30],
          [121, 30],
          [121, 31],
          [120, 31],
          [120, 30],
        ],
      ],
    },
  },
  Duty: {
    id: 'd1',
    areaId: 'g',
    personId: '0b6d2d4e-6f0c-4a7e-9a51-3c1f1f0c2a11',
    days: '12345',
    fromMinute: 480,
    toMinute: 1080,
  },
  NewDevice: { id: 'gauge-1', type: 'flood-gauge', name: 'Underpass', latitude: 30.5, longitude: 120.5 },
  DevicePatch: { name: 'Underpass, north side', state: 'active' },
  DeviceCommand: { command: 'show', arguments: { text: '积水封路' } },
  NewBacktest: { deviceType: 'flood-gauge', deviceIds: ['gauge-1'], from: 1_772_323_200_000, to: 1_772_409_600_000 },
  NewBaselineWord: { verdict: 'false-alarm' },
  NewReplay: { from: 1_772_323_200_000, deviceId: 'gauge-1', dryRun: true },
  RuleChange: {
    scope: 'area',
    scopeId: 'g',
    mode: 'live',
    text: [
      'id: waterlogging',
      'name: { zh: 道路积水, en: Waterlogging }',
      'advice: { zh: 到场查看积水与排水口。, en: Go and look at the water and the inlets. }',
      'source: { zh: 下穿通道的路缘高度。, en: Height of the kerb in the underpass. }',
      'severity: red',
      'when: level >= 20 cm',
      'clear: level < 15 cm',
    ].join('\n'),
    note: '下穿通道比道路低',
  },
  RuleRevert: { version: 12, note: '改回去：雨季已过' },
  RuleToCheck: { deviceType: 'flood-gauge', text: 'id: waterlogging\nseverity: red\nwhen: level >= 20 cm' },
  Note: { note: '马上到' },
  Verification: { pass: true, note: '现场已恢复' },
  NewWebhook: { url: 'https://receiver.example/tocsin', secret: 'sixteen letters or more', minSeverity: 'orange' },
  WebhookPatch: { minSeverity: 'red' },
};
