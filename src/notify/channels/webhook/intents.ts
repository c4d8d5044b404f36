import { severityRank } from '../../../model/severity.ts';
import type { Intent } from '../../outbox.ts';
import { type News, webhookBody } from './body.ts';
import type { WebhookTarget } from './targets.ts';

/** The name of this channel in the outbox. */
export const webhookChannelName = 'webhook';

/**
 * One intent for each endpoint that wants alarms of this severity. The alarm's peak decides: who was told that it was
 * red is also told that it is yellow now.
 * @param occurrence tells apart several events of one kind on one alarm; the same each time the same news is told.
 */
export function webhookIntents(targets: readonly WebhookTarget[], news: News, occurrence: string): Intent[] {
  return targets
    .filter((target) => severityRank(target.minSeverity) <= severityRank(news.alarm.peakSeverity))
    .map((target) => ({
      id: `${news.alarm.id}/${news.event}/${occurrence}/${webhookChannelName}/${target.id}`,
      channel: webhookChannelName,
      target: target.id,
      body: webhookBody(news),
      receivedAt: news.event === 'raised' ? news.alarm.raisedReceivedAt : null,
    }));
}
