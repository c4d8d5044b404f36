import type { DeviceType } from '../../model/device-type.ts';
import type { RuleVersion } from '../../model/rule-version.ts';
import { checkRule, notUsable } from '../../rules/versions/check-rule.ts';
import { TocsinError } from '../../shared/errors.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import { addRuleVersion, type NewRuleVersion, newestVersion, type RuleSlot } from '../../store/rule-versions.ts';
import { inTransaction } from '../../store/transaction.ts';
import type { SignedIn } from '../access/session.ts';
import type { ApiContext } from '../context.ts';
import { record } from '../record.ts';

/** What is to be changed about a rule at one place, and why. */
export type WantedChange = Pick<NewRuleVersion, 'mode' | 'text' | 'until' | 'note' | 'reverts'> &
  RuleSlot & {
    /** The version that is to be followed; left out when it does not matter. */
    expected?: number | null | undefined;
  };

/**
 * Adds a version and brings it into force, with a line of the audit record. Nothing has changed when it throws.
 * @throws TocsinError RULE_INVALID that names the line, NOT_FOUND for a place that is not there, CONFLICT when somebody
 *   else was faster, or when there is nothing to withdraw.
 */
export async function changeRule(
  context: ApiContext,
  person: SignedIn,
  type: DeviceType,
  change: WantedChange,
): Promise<RuleVersion> {
  const { store, clock, log } = context;
  const { expected, ...wanted } = change;
  if (wanted.text !== null) refuseWrong(wanted.text, type, wanted.ruleId.slice(type.id.length + 1));
  const at = clock.now();
  if (wanted.until !== null && wanted.until <= at)
    throw new TocsinError('REQUEST_INVALID', 'until: must be in the future, or left out for no end.');
  const added = await inTransaction(store, async (tx) => {
    await requirePlace(tx, wanted, type);
    const newest = await newestVersion(tx, wanted);
    if (expected !== undefined && expected !== (newest?.version ?? null)) {
      const now = newest ? `version ${newest.version}` : 'nothing';
      throw new TocsinError(
        'CONFLICT',
        `Somebody was faster: ${now} is set here now. Look at it, then change it again.`,
      );
    }
    if (wanted.mode === 'withdrawn' && (!newest || newest.mode === 'withdrawn'))
      throw new TocsinError('CONFLICT', 'Nothing is set here that could be withdrawn.');
    const version = await addRuleVersion(tx, { ...wanted, at, byPersonId: person.id });
    const { scope, scopeId, lane, mode, note, before, reverts, until } = version;
    const detail = { version: version.version, scope, scopeId, lane, mode, until, note, before, reverts };
    await record(tx, context, person, `rule.${verbs[mode]}`, `rule/${version.ruleId}`, detail);
    return version;
  });
  // The version is there whatever the journal says; it is announced again until the journal takes it.
  await context
    .announceRules()
    .catch((error) => log.warn({ err: error, version: added.version }, 'a change of a rule waits for the journal'));
  return added;
}

const verbs = { live: 'set', shadow: 'tried', off: 'switched-off', withdrawn: 'withdrawn' } as const;

function refuseWrong(text: string, type: DeviceType, name: string): void {
  const { problems } = checkRule(text, type, name);
  if (problems.length > 0) throw notUsable(problems);
}

async function requirePlace(tx: StoreOrTransaction, { scope, scopeId }: RuleSlot, type: DeviceType): Promise<void> {
  if (scope === 'area') {
    const area = await tx.selectFrom('area').select('id').where('id', '=', scopeId).executeTakeFirst();
    if (!area) throw new TocsinError('NOT_FOUND', `There is no area ${scopeId}.`);
    return;
  }
  if (scope === 'type') {
    const message = `What the folder of ${type.id} says is changed in its rules.yaml; set the rule for an area here.`;
    throw new TocsinError('REQUEST_INVALID', message);
  }
  const device = await tx.selectFrom('device').select('type').where('id', '=', scopeId).executeTakeFirst();
  if (!device) throw new TocsinError('NOT_FOUND', `There is no device ${scopeId}.`);
  if (device.type !== type.id)
    throw new TocsinError('REQUEST_INVALID', `${scopeId} is a ${device.type}; rules of a ${type.id} do not fit it.`);
}
