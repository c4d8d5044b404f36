import type { Severity } from '../../../model/severity.ts';
import type { Settings } from '../../../settings/schema.ts';
import { runFixed } from '../../../store/fixed-statement.ts';
import type { StoreOrTransaction } from '../../../store/open.ts';

/** An endpoint that is told of alarms from a severity on. */
export interface WebhookTarget {
  /** Id in the table, or `settings` for the one in the settings. */
  id: string;
  url: string;
  secret: string | null;
  minSeverity: Severity;
}

type WebhookSettings = Settings['notify']['webhook'];

const inSettings = 'settings';

/** All endpoints: those made through the API and the one in the settings. */
export async function webhookTargets(db: StoreOrTransaction, settings: WebhookSettings): Promise<WebhookTarget[]> {
  const rows = await runFixed(db, 'webhooks', [], () =>
    db.selectFrom('webhook').select(['id', 'url', 'secret', 'minSeverity']).orderBy('id'),
  );
  const fixed = fromSettings(settings);
  return fixed ? [fixed, ...rows] : rows;
}

/** The endpoint as it is now, so that a corrected address or secret counts for what still waits; null when it is gone. */
export async function webhookTarget(
  db: StoreOrTransaction,
  settings: WebhookSettings,
  id: string,
): Promise<WebhookTarget | null> {
  if (id === inSettings) return fromSettings(settings);
  const row = await db
    .selectFrom('webhook')
    .select(['id', 'url', 'secret', 'minSeverity'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

function fromSettings({ url, secret, minSeverity }: WebhookSettings): WebhookTarget | null {
  return url === undefined ? null : { id: inSettings, url, secret: secret ?? null, minSeverity };
}
