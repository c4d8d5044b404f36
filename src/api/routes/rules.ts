import { z } from 'zod';
import type { DeviceType } from '../../model/device-type.ts';
import { typeIdOfRule } from '../../model/device-type.ts';
import { ruleLanes, type RuleVersion as StoredVersion } from '../../model/rule-version.ts';
import { checkRule } from '../../rules/versions/check-rule.ts';
import type { RuleHistory } from '../../rules/versions/rule-history.ts';
import { TocsinError } from '../../shared/errors.ts';
import { caller } from '../access/authenticate.ts';
import type { Scope } from '../access/scope.ts';
import { type Api, byId } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { DeviceRule, RuleChange, RuleCheck, RuleOverview, RuleRevert, RuleToCheck, RuleVersion } from '../contract.ts';
import { changeRule } from '../rules/change-rule.ts';
import { showVersions } from '../rules/show-versions.ts';
import { typeOf, visibleDevice } from './find-device.ts';

const tags = ['rules'];
const byRule = z.object({ type: z.string().min(1).max(64), name: z.string().min(1).max(64) });

/** In the address, since many clients send no body with DELETE. */
const Withdrawal = z.object({
  scope: z.enum(['area', 'device']),
  scopeId: z.string().min(1).max(300),
  lane: z.enum(ruleLanes).default('live'),
  note: z.string().trim().min(1).max(2000).describe('why'),
  expected: z.coerce.number().int().optional().describe('the version that is to be withdrawn'),
});

/** Rules as versioned data: what folders say, what is set for areas and devices, and who changed what. */
export function ruleRoutes(api: Api, context: ApiContext): void {
  const { store, rules } = context;

  api.get(
    '/rules',
    {
      config: { may: 'rule.read' },
      schema: {
        tags,
        summary: 'Every rule, what the folder of its device type says, and where it is set otherwise',
        querystring: z.object({ type: z.string().optional().describe('a device type') }),
        response: { 200: z.array(RuleOverview) },
      },
    },
    async (request) => {
      const { type } = request.query;
      const history = await rules.history();
      const inForce = [...history.placed().all()].filter(({ ruleId }) => !type || typeIdOfRule(ruleId) === type);
      return await overviews(context, history, inForce, request.scope);
    },
  );

  api.get(
    '/rules/:type/:name/versions',
    {
      config: { may: 'rule.read' },
      schema: {
        tags,
        summary: 'Every change of a rule at every place, the newest first',
        params: byRule,
        response: { 200: z.array(RuleVersion) },
      },
    },
    async (request) => {
      const history = await rules.history();
      const ruleId = `${request.params.type}/${request.params.name}`;
      const versions = history.of(ruleId);
      if (versions.length === 0) throw new TocsinError('NOT_FOUND', `There is no rule ${ruleId}.`);
      return await showVersions(store, history, versions.toReversed(), request.scope);
    },
  );

  api.get(
    '/devices/:id/rules',
    {
      config: { may: 'rule.read' },
      schema: {
        tags,
        summary: 'The rules as they hold for one device, and where each comes from',
        params: byId,
        response: { 200: z.array(DeviceRule) },
      },
    },
    async (request) => {
      const device = await visibleDevice(store, request.params.id, request.scope);
      const history = await rules.history();
      const book = await rules.book();
      const place = book.placeOf(device);
      const shadows = new Map(book.effective(place, 'shadow').map((one) => [one.rule.id, one.version]));
      const live = new Map(book.effective(place).map((one) => [one.rule.id, one]));
      const off = book.off(place);
      const shown = await versionsByNumber(
        context,
        history,
        [...[...live.values()].map((one) => one.version), ...off.values(), ...shadows.values()],
        request.scope,
      );
      const ids = [...new Set([...live.keys(), ...off.keys(), ...shadows.keys()])].sort();
      return ids.map((ruleId): DeviceRule => {
        const rule = live.get(ruleId)?.rule ?? null;
        const origin = live.get(ruleId)?.version ?? off.get(ruleId);
        return {
          ruleId,
          name: rule?.name ?? history.nameOf(ruleId),
          rule,
          origin: shown.get(origin?.version ?? -1) ?? null,
          shadow: shown.get(shadows.get(ruleId)?.version ?? -1) ?? null,
        };
      });
    },
  );

  api.post(
    '/rules/check',
    {
      config: { may: 'rule.read' },
      schema: {
        tags,
        summary: 'Read and compile a rule without changing anything',
        body: RuleToCheck,
        response: { 200: RuleCheck },
      },
    },
    async (request) => {
      const { deviceType, text, name } = request.body;
      return checkRule(text, typeOf(context, deviceType), name);
    },
  );

  api.put(
    '/rules/:type/:name',
    {
      config: { may: 'rule.write' },
      schema: {
        tags,
        summary: 'Set a rule for an area or a device, or switch it off there',
        description:
          'A new version: the rule as one entry of rules.yaml, in force as soon as it is in the journal, without a ' +
          'restart. The nearest place wins: a device, then its grid, community, street and district, then the folder.',
        params: byRule,
        body: RuleChange,
        response: { 200: RuleVersion },
      },
    },
    async (request) => {
      const type = typeOf(context, request.params.type);
      const change = request.body;
      const added = await changeRule(context, caller(request), type, {
        ruleId: ruleIdOf(type, request.params.name),
        scope: change.scope,
        scopeId: change.scopeId,
        lane: change.mode === 'shadow' ? 'shadow' : 'live',
        mode: change.mode,
        text: change.mode === 'off' ? null : change.text,
        until: change.mode === 'off' ? change.until : null,
        note: change.note,
        reverts: null,
        expected: change.expected,
      });
      return await shown(context, added);
    },
  );

  api.delete(
    '/rules/:type/:name',
    {
      config: { may: 'rule.write' },
      schema: {
        tags,
        summary: 'Withdraw what is set for an area or a device: what is set further out holds again',
        params: byRule,
        querystring: Withdrawal,
        response: { 200: RuleVersion },
      },
    },
    async (request) => {
      const type = typeOf(context, request.params.type);
      const ruleId = ruleIdOf(type, request.params.name);
      const nothing = { mode: 'withdrawn' as const, text: null, until: null, reverts: null };
      return await shown(
        context,
        await changeRule(context, caller(request), type, { ...request.query, ...nothing, ruleId }),
      );
    },
  );

  api.post(
    '/rules/:type/:name/revert',
    {
      config: { may: 'rule.write' },
      schema: {
        tags,
        summary: 'Bring back what an earlier version said, as a new version at its place',
        params: byRule,
        body: RuleRevert,
        response: { 200: RuleVersion },
      },
    },
    async (request) => {
      const type = typeOf(context, request.params.type);
      const { version, note } = request.body;
      const earlier = (await rules.history()).version(version);
      if (earlier?.ruleId !== ruleIdOf(type, request.params.name))
        throw new TocsinError('NOT_FOUND', `This rule has no version ${version}.`);
      const { ruleId, scope, scopeId, lane, mode, text } = earlier;
      const back = { ruleId, scope, scopeId, lane, mode, text, until: null, note, reverts: version };
      return await shown(context, await changeRule(context, caller(request), type, back));
    },
  );
}

/** Ids of rules that no folder has are made here, so they have to look like those that have one. */
function ruleIdOf(type: DeviceType, name: string): string {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return `${type.id}/${name}`;
  throw new TocsinError('REQUEST_INVALID', `"${name}": a rule is called by small letters, digits and single hyphens.`);
}

async function shown(context: ApiContext, version: StoredVersion): Promise<RuleVersion> {
  const [one] = await showVersions(context.store, await context.rules.history(), [version], null);
  return one!;
}

async function versionsByNumber(
  { store }: ApiContext,
  history: RuleHistory,
  versions: readonly (StoredVersion | null)[],
  scope: Scope,
): Promise<Map<number, RuleVersion>> {
  const there = versions.filter((version) => version !== null);
  return new Map((await showVersions(store, history, there, scope)).map((version) => [version.version, version]));
}

async function overviews(
  { store }: ApiContext,
  history: RuleHistory,
  inForce: readonly StoredVersion[],
  scope: Scope,
): Promise<RuleOverview[]> {
  const byRuleId = Map.groupBy(await showVersions(store, history, inForce, scope), (version) => version.ruleId);
  return [...byRuleId]
    .map(([ruleId, versions]) => ({
      ruleId,
      deviceType: typeIdOfRule(ruleId),
      name: history.nameOf(ruleId),
      folder: versions.find((version) => version.scope === 'type') ?? null,
      places: versions.filter((version) => version.scope !== 'type'),
    }))
    .sort((a, b) => (a.ruleId < b.ruleId ? -1 : 1));
}
