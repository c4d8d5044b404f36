import { computed } from 'vue';
import type { Permission } from '../../model/permission.ts';
import type { MessageKey } from '../messages/index.ts';
import { iMay } from '../state/session.ts';
import type { IconName } from './icons.ts';

export interface NavigationEntry {
  to: string;
  name: MessageKey;
  icon: IconName;
}

const everyone: readonly NavigationEntry[] = [
  { to: '/', name: 'nav.overview', icon: 'overview' },
  { to: '/alarms', name: 'nav.alarms', icon: 'alarm' },
  { to: '/cases', name: 'nav.cases', icon: 'case' },
  { to: '/devices', name: 'nav.devices', icon: 'device' },
];

const some: readonly (NavigationEntry & { may: Permission })[] = [
  { to: '/rules', name: 'nav.rules', icon: 'rule', may: 'rule.write' },
  { to: '/quarantine', name: 'nav.quarantine', icon: 'quarantine', may: 'quarantine.read' },
];

/** The pages that the one who is signed in may see. */
export const navigation = computed<readonly NavigationEntry[]>(() => [
  ...everyone,
  ...some.flatMap(({ may, ...entry }) => (iMay(may) ? [entry] : [])),
]);
