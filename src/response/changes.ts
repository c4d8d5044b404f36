import type { Transaction } from 'kysely';
import { addNotices, type NewNotice } from '../notify/channels/console/notices.ts';
import type { News, WebhookEvent } from '../notify/channels/webhook/body.ts';
import { webhookIntents } from '../notify/channels/webhook/intents.ts';
import { webhookTargets } from '../notify/channels/webhook/targets.ts';
import { consoleUrl } from '../notify/console-url.ts';
import { enqueue } from '../notify/outbox.ts';
import { addFeed } from '../store/feed.ts';
import { insertAll } from '../store/insert-all.ts';
import type { Database, NewRow, Row } from '../store/schema.ts';
import { selectIn } from '../store/select-in.ts';
import { upsertAll } from '../store/upsert-all.ts';
import type { ResponseContext } from './context.ts';

type Case = Row<'workCase'>;
type Step = Omit<NewRow<'caseStep'>, 'seq' | 'caseId' | 'at'>;

const caseColumns = [
  'tier',
  'areaId',
  'assigneeId',
  'handlerId',
  'status',
  'acceptedAt',
  'handledAt',
  'closedAt',
] as const;

interface Event {
  event: WebhookEvent;
  alarm: Row<'alarm'>;
  /** The case as it was when it happened. */
  workCase: Case;
  occurrence: string;
}

/** What one transaction changes about cases, gathered and then written together, in few statements. */
export class ResponseChanges {
  readonly #at: number;
  readonly #cases = new Map<string, Case>();
  readonly #clocks = new Map<string, Row<'slaClock'>>();
  readonly #steps: NewRow<'caseStep'>[] = [];
  readonly #notices: NewNotice[] = [];
  readonly #events: Event[] = [];

  /** @param at when all of it happens, milliseconds since the epoch. */
  constructor(at: number) {
    this.#at = at;
  }

  /** A new case or one that changed: it is written as it is at the end, and the feed tells of it. */
  case(workCase: Case): void {
    this.#cases.set(workCase.id, workCase);
  }

  clock(clock: Row<'slaClock'>): void {
    this.#clocks.set(clock.id, clock);
  }

  step(workCase: Case, step: Partial<Step> & Pick<Step, 'kind'>): void {
    this.case(workCase);
    this.#steps.push({
      byPersonId: null,
      toPersonId: null,
      areaId: null,
      note: null,
      ...step,
      caseId: workCase.id,
      at: this.#at,
    });
  }

  /** @param occurrence tells apart several notices for one reason on one case. */
  notice(workCase: Case, reason: NewNotice['reason'], personIds: Iterable<string>, occurrence: string): void {
    for (const personId of new Set(personIds)) {
      this.#notices.push({
        id: `${workCase.id}/${reason}/${occurrence}/${personId}`,
        personId,
        caseId: workCase.id,
        alarmId: workCase.alarmId,
        reason,
        at: this.#at,
        gridId: workCase.gridId,
      });
    }
  }

  /** Something that endpoints outside are told. */
  event(event: WebhookEvent, alarm: Row<'alarm'>, workCase: Case, occurrence: string): void {
    this.#events.push({ event, alarm, workCase: { ...workCase }, occurrence });
  }

  async write(tx: Transaction<Database>, context: ResponseContext): Promise<void> {
    const at = this.#at;
    const cases = [...this.#cases.values()];
    await upsertAll(tx, 'workCase', 'id', caseColumns, cases);
    await upsertAll(tx, 'slaClock', 'id', ['dueAt', 'state'], [...this.#clocks.values()]);
    await insertAll(tx, 'caseStep', this.#steps);
    await addFeed(tx, ...cases.map(({ id, gridId }) => ({ kind: 'case' as const, ref: id, gridId, at })));
    await addNotices(tx, this.#notices);
    await this.#tellEndpoints(tx, context);
  }

  async #tellEndpoints(tx: Transaction<Database>, context: ResponseContext): Promise<void> {
    if (this.#events.length === 0) return;
    const targets = await webhookTargets(tx, context.settings.notify.webhook);
    if (targets.length === 0) return;
    const assignees = new Set(this.#events.flatMap(({ workCase }) => workCase.assigneeId ?? []));
    const people = new Map(
      (await selectIn(tx, 'person', 'id', [...assignees])).map(({ id, name }) => [id, { id, name }]),
    );
    const intents = this.#events.flatMap(({ event, alarm, workCase, occurrence }) => {
      const grid = context.areas.get(alarm.gridId);
      const news: News = {
        event,
        at: this.#at,
        alarm,
        workCase,
        device: context.deviceById(alarm.deviceId),
        deviceTypes: context.deviceTypes,
        grid: grid ? { id: grid.id, name: grid.name } : null,
        assignee: people.get(workCase.assigneeId ?? '') ?? null,
        consoleUrl: consoleUrl(context.settings.http),
      };
      return webhookIntents(targets, news, occurrence);
    });
    await enqueue(tx, intents, this.#at);
  }
}
