import { type Role, roles } from './role.ts';

const everyone = roles;
const operations: readonly Role[] = ['duty-officer', 'grid-worker', 'administrator'];
const equipment: readonly Role[] = ['integrator', 'administrator'];
const administrators: readonly Role[] = ['administrator'];

/**
 * Who may do what: the only place that knows. A route names one of these in `config.may`, and the console hides what it
 * would be refused; what is not listed for a role it may not do. On top of this a grid worker sees and does things only
 * within his areas and below.
 */
export const permissions = {
  'session.own': everyone,
  'area.read': everyone,
  'area.write': administrators,
  // Names and log-in names of all people: not for those who need only their own cases.
  'person.read': ['duty-officer', 'administrator'],
  'person.write': administrators,
  'duty.read': operations,
  'duty.write': ['duty-officer', 'administrator'],
  'device-type.read': everyone,
  'rule.read': everyone,
  'rule.write': administrators,
  'device.read': everyone,
  'device.write': equipment,
  'device.command': ['duty-officer', 'integrator', 'administrator', 'service'],
  'reading.read': everyone,
  'alarm.read': everyone,
  // Acknowledging is a named person's word, so not for a program.
  'alarm.acknowledge': operations,
  'case.read': everyone,
  'case.work': ['duty-officer', 'grid-worker', 'administrator', 'service'],
  'case.verify': operations,
  'notice.own': everyone,
  'quarantine.read': equipment,
  'backtest.read': equipment,
  'backtest.write': equipment,
  'replay.read': equipment,
  'replay.write': equipment,
  'webhook.read': equipment,
  'webhook.write': equipment,
  'flow.edit': equipment,
  'feed.read': everyone,
  'system.read': everyone,
  'metrics.read': ['integrator', 'administrator', 'service'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

/** Whether a role has a permission. */
export function allows(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role);
}
