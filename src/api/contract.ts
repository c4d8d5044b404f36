/**
 * What the API takes and gives, once: the routes validate with these schemas, OpenAPI is made from them, and the
 * console takes its types from here. Times are milliseconds since the epoch. All import this file, never a part of it.
 */
export * from './contract/alarm-detail.ts';
export * from './contract/alarms.ts';
export * from './contract/areas.ts';
export * from './contract/backtests.ts';
export * from './contract/basics.ts';
export * from './contract/cases.ts';
export * from './contract/device-types.ts';
export * from './contract/devices.ts';
export * from './contract/explanation.ts';
export * from './contract/live.ts';
export * from './contract/notices.ts';
export * from './contract/people.ts';
export * from './contract/quarantine.ts';
export * from './contract/replays.ts';
export * from './contract/rules.ts';
export * from './contract/series.ts';
export * from './contract/system.ts';
