import { idsOf, type RulesTried } from '../../backtest/backtest.ts';
import type { Device } from '../../model/device.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { RuleBook } from '../../rules/versions/rule-book.ts';
import { RuleHistory } from '../../rules/versions/rule-history.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Store } from '../../store/open.ts';
import { loadAreaParents, ruleVersionsAfter } from '../../store/rule-versions.ts';

/** The rules that are in force now, and those that were, as the store has them. */
export async function rulesEver(
  store: Store,
  types: ReadonlyMap<string, DeviceType>,
  log: Logger,
): Promise<RuleHistory> {
  const history = new RuleHistory(types, log);
  history.add(await ruleVersionsAfter(store, 0));
  history.setAreas(await loadAreaParents(store));
  return history;
}

/** What is in force for some devices: for each what holds at its place. */
export function inForce(book: RuleBook, devices: readonly Device[]): RulesTried {
  const ids = new Set(devices.flatMap((device) => idsOf(book.rulesOf(device)!)));
  return { rulesOf: (device) => book.rulesOf(device), ids: [...ids].sort() };
}
