import { z } from 'zod';
import { type RecordedAlarm, recordedSince } from '../../alarms/recorded.ts';
import { differenceOf } from '../../backtest/difference.ts';
import { alarmOf, byBeginning } from '../../backtest/ledger.ts';
import type { TrialAlarm } from '../../model/backtest.ts';
import type { Episode } from '../../model/episode.ts';
import { isKeptApart } from '../../model/rule-version.ts';
import { TocsinError } from '../../shared/errors.ts';
import { inParts } from '../../store/in-parts.ts';
import { isVisible } from '../access/scope.ts';
import { type Api, time } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { ShadowComparison } from '../contract.ts';
import { findDevices } from '../queries/devices.ts';

const byRule = z.object({ type: z.string().min(1).max(64), name: z.string().min(1).max(64) });
/** More cannot be looked through by a person. */
const mostAlarms = 500;

/** What a rule that is tried out beside the live ones would have raised, against what was raised. */
export function shadowRoutes(api: Api, context: ApiContext): void {
  const { store, rules } = context;

  api.get(
    '/rules/:type/:name/shadow',
    {
      config: { may: 'rule.read' },
      schema: {
        tags: ['rules'],
        summary: 'What a rule that is tried out would have raised, against the live one',
        description:
          'Where a version of the rule runs in shadow, or the rule is off for a time (what it would have raised is kept ' +
          'then, too): alarms of both, of only one of them, and those that went ' +
          'otherwise. Would-be alarms are kept for 90 days; they never become a case or a notice.',
        params: byRule,
        querystring: z.object({ from: time.optional().describe('measured time; since it is tried out when left out') }),
        response: { 200: ShadowComparison },
      },
    },
    async (request) => {
      const { type, name } = request.params;
      const ruleId = `${type}/${name}`;
      const history = await rules.history();
      const tried = [...history.placed().all()].filter((one) => one.ruleId === ruleId && isKeptApart(one));
      const { from } = request.query;
      if (tried.length === 0 && from === undefined)
        throw new TocsinError('NOT_FOUND', `Nothing is tried out of ${ruleId}.`);
      const since = from ?? Math.min(...tried.map(({ at }) => at));
      const book = await rules.book();
      const concerns = (rule: { id: string }) => rule.id === ruleId;
      // Of a time that was asked for there may be alarms of what is no longer tried out, or no longer off.
      const before = new Set(from === undefined ? [] : await devicesWithShadow(context, ruleId));
      const devices = (await findDevices(store, { type })).filter((device) => {
        const set = book.shadowOf(device);
        return (
          isVisible(request.scope, device.gridId) &&
          (set?.rules.some(concerns) || set?.silence.some(concerns) || before.has(device.id))
        );
      });
      const ids = devices.map((device) => device.id);
      const live = await liveAlarms(context, ids, ruleId, since);
      const shadow = await shadowAlarms(context, ids, ruleId, since);
      const difference = differenceOf({ rules: [ruleId], alarms: live }, { rules: [ruleId], alarms: shadow });
      // One that was raised before anything was tried out can have no other.
      const alarms = difference.alarms.filter((one) => one.kind !== 'removed' || one.before.raised >= since);
      const number = (kind: string) => alarms.filter((one) => one.kind === kind).length;
      return {
        ruleId,
        since,
        versions: tried.map(({ version }) => version),
        devices: ids.length,
        agree: difference.same,
        otherwise: number('changed'),
        onlyLive: number('removed'),
        onlyShadow: number('added'),
        alarms: alarms.slice(-mostAlarms).reverse(),
      };
    },
  );
}

async function liveAlarms({ store }: ApiContext, ids: string[], ruleId: string, since: number): Promise<TrialAlarm[]> {
  const alarms = (await recordedSince(store, ids, since)).filter(
    ({ row }) => row.ruleId === ruleId && row.correction !== 'retracted',
  );
  return alarms.map(trialOf).sort(byBeginning);
}

function trialOf({ row, raisedAt, clearedAt, peakSeverity, count, path }: RecordedAlarm): TrialAlarm {
  return {
    rule: row.ruleId,
    device: row.deviceId,
    raised: raisedAt,
    cleared: clearedAt,
    peak: peakSeverity,
    count,
    path,
  };
}

async function devicesWithShadow({ store }: ApiContext, ruleId: string): Promise<string[]> {
  const rows = await store
    .selectFrom('shadowAlarm')
    .select('deviceId')
    .distinct()
    .where('ruleId', '=', ruleId)
    .execute();
  return rows.map(({ deviceId }) => deviceId);
}

async function shadowAlarms(
  { store }: ApiContext,
  ids: string[],
  ruleId: string,
  since: number,
): Promise<TrialAlarm[]> {
  const alarms: TrialAlarm[] = [];
  for (const part of inParts(ids)) {
    const rows = await store
      .selectFrom('shadowAlarm')
      .select('episodeJson')
      .where('ruleId', '=', ruleId)
      .where('deviceId', 'in', part)
      .where((e) => e.or([e('active', '=', 1), e('clearedAt', '>=', since)]))
      .execute();
    alarms.push(...rows.map((row) => alarmOf(JSON.parse(row.episodeJson) as Episode)));
  }
  return alarms.sort(byBeginning);
}
