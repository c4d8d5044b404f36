import type { Settings } from '../../../settings/schema.ts';
import type { StoreOrTransaction } from '../../../store/open.ts';
import { type Channel, Undeliverable } from '../../channel.ts';
import { postMessage } from './post.ts';
import { webhookTarget } from './targets.ts';

/** Posts a message (`WebhookBody`) to the endpoint that is its target. */
export function webhookChannel(db: StoreOrTransaction, settings: Settings['notify']['webhook']): Channel {
  return {
    timeoutMs: settings.timeout,
    deliver: async (message) => {
      const target = await webhookTarget(db, settings, message.target);
      if (!target) throw new Undeliverable('The webhook was removed.');
      await postMessage(target, message, settings.timeout);
    },
  };
}
