import type { Person } from '../../api/contract.ts';

export type Deed = 'acknowledge' | 'work-cases' | 'verify-cases' | 'command-devices' | 'see-quarantine';

/** What each role may do; the API decides, the console only hides what it would refuse. */
const allowed: Readonly<Record<Deed, readonly Person['role'][]>> = {
  acknowledge: ['duty-officer', 'grid-worker', 'administrator'],
  'work-cases': ['duty-officer', 'grid-worker', 'administrator'],
  'verify-cases': ['duty-officer', 'grid-worker', 'administrator'],
  'command-devices': ['duty-officer', 'integrator', 'administrator'],
  'see-quarantine': ['integrator', 'administrator'],
};

export function may(role: Person['role'] | undefined, deed: Deed): boolean {
  return role !== undefined && allowed[deed].includes(role);
}
