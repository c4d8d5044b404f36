import { z } from 'zod';
import { tiers } from '../../model/area.ts';
import { loadAreas } from '../../response/areas.ts';
import { TocsinError } from '../../shared/errors.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import { inTransaction } from '../../store/transaction.ts';
import { caller } from '../access/authenticate.ts';
import { areasChanged } from '../announce.ts';
import type { Api } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Area } from '../contract.ts';
import { record } from '../record.ts';

const tags = ['areas'];
/** Polygons of a whole city, in bytes. */
const largestBody = 64 * 1024 * 1024;

export function areaRoutes(api: Api, context: ApiContext): void {
  const { store } = context;
  const all = async () => [...(await context.areas.now()).values()];

  api.get(
    '/areas',
    {
      config: { may: 'area.read' },
      schema: {
        tags,
        summary: 'All areas of all four tiers',
        description: 'A grid worker gets all of them too: he must be able to name the tiers above him.',
        response: { 200: z.array(Area) },
      },
    },
    all,
  );

  api.put(
    '/areas',
    {
      config: { may: 'area.write' },
      bodyLimit: largestBody,
      schema: {
        tags,
        summary: 'Add areas, and change those whose id is there already',
        body: z.array(Area),
        response: { 200: z.array(Area) },
      },
    },
    async (request) => {
      await inTransaction(store, async (tx) => {
        for (const area of request.body) await upsert(tx, area);
        for (const area of request.body) closedRings(area);
        fittingTiers([...(await loadAreas(tx)).values()]);
        const ids = request.body.map((area) => area.id);
        await record(tx, context, caller(request), 'areas.changed', 'areas', { ids });
      });
      await areasChanged(context);
      return await all();
    },
  );
}

async function upsert(tx: StoreOrTransaction, area: Area): Promise<void> {
  const { id, tier, parentId, name, polygon } = area;
  const columns = { tier, parentId, nameZh: name.zh, nameEn: name.en, polygonJson: JSON.stringify(polygon) };
  await tx
    .insertInto('area')
    .values({ id, ...columns })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
    .execute();
}

/** RFC 7946, 3.1.6: a ring has four or more positions, and its first is its last. */
function closedRings({ id, polygon }: Area): void {
  const closed = polygon.coordinates.every((ring) => {
    const [first, last] = [ring[0], ring.at(-1)];
    return ring.length >= 4 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
  });
  if (polygon.coordinates.length === 0 || !closed) {
    throw new TocsinError('REQUEST_INVALID', `The polygon of ${id} needs rings of four or more positions, closed.`);
  }
}

/** A district has nothing above it; every other area's parent is one tier up. */
function fittingTiers(areas: readonly Area[]): void {
  const byId = new Map(areas.map((area) => [area.id, area]));
  for (const { id, tier, parentId } of areas) {
    const above = tiers[tiers.indexOf(tier) + 1];
    const parent = parentId === null ? undefined : byId.get(parentId);
    if (above === undefined && parentId !== null) {
      throw new TocsinError('REQUEST_INVALID', `${id} is a ${tier}, so its parentId must be null.`);
    }
    if (above !== undefined && parent?.tier !== above) {
      throw new TocsinError('REQUEST_INVALID', `${id} is a ${tier}, so its parentId must name a ${above}.`);
    }
  }
}
