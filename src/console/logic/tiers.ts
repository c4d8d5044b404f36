import type { Area } from '../../api/contract.ts';

const up: Readonly<Record<Area['tier'], Area['tier'] | null>> = {
  grid: 'community',
  community: 'street',
  street: 'district',
  district: null,
};

/** The tier that is told next; null above the district. */
export function nextTier(tier: Area['tier']): Area['tier'] | null {
  return up[tier];
}
