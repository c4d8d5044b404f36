import { computed, ref, watch } from 'vue';
import type { Alarm } from '../../api/contract.ts';
import { gridsWithin } from '../logic/areas.ts';
import { areas, grids } from './catalogue.ts';
import { remember, remembered } from './preferences.ts';
import { me } from './session.ts';

/** Grids that the one who is signed in answers for; null when that is everything. */
const ownGrids = computed(() => {
  const areaIds = me.value?.areaIds ?? [];
  return areaIds.length === 0 ? null : gridsWithin(areas, areaIds);
});

/**
 * Whether an alarm or a device of this grid is one's own affair. With no areas of one's own everything is, and what lies
 * in no grid is everybody's.
 */
export function isOwn(thing: Pick<Alarm, 'gridId'>): boolean {
  return ownGrids.value === null || !thing.gridId || ownGrids.value.has(thing.gridId);
}

/** Own areas as polygons for the map; all grids when everything is one's own, or nothing of it is a grid. */
export const ownGridAreas = computed(() => {
  const own = grids.value.filter((grid) => isOwn({ gridId: grid.id }));
  return own.length > 0 ? own : grids.value;
});

/** Whether one also sees what is not one's own: only then is there something to choose. */
export const seesOthers = computed(() => grids.value.some((grid) => !isOwn({ gridId: grid.id })));

const choice = ref(false);
const nameOfChoice = computed(() => `onlyOwn.${me.value?.id ?? ''}`);
watch(
  nameOfChoice,
  (name) => {
    choice.value = remembered(name, ['yes', 'no'], 'no') === 'yes';
  },
  { immediate: true },
);

/** Whether the lists show one's own areas alone; remembered for each person, since a wall has several. */
export const onlyOwn = computed({
  get: () => choice.value && seesOthers.value,
  set: (only) => {
    choice.value = only;
    remember(nameOfChoice.value, only ? 'yes' : 'no');
  },
});
