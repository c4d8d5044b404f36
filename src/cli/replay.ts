import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ReplayJudged, ReplayWritten } from '../model/replay.ts';
import { systemClock } from '../shared/clock.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Store } from '../store/open.ts';
import { requestReplay } from '../store/replays.ts';
import type { Row } from '../store/schema.ts';
import type { Outcome } from './main.ts';
import { withStore } from './with-store.ts';

const usage = `npm run tocsin -- replay --from <time> (--device <id> | --type <device type>) [--dry-run] [--wait]

Decodes frames again that came from a time on (ISO 8601 with an offset, as 2026-11-20T08:00+08:00), with the device
types and rules that the running Tocsin has loaded: correct devices/<type>/device.yaml, restart Tocsin, then replay.
Readings are written again and the record of alarms is corrected; people are called only for an alarm that is active.

  --dry-run   only says what it would correct
  --wait      waits until it is done; otherwise it goes on in the running Tocsin, and waits there for the next start`;

const lookEveryMs = 500;
/** A running Tocsin begins within a second or two, unless another replay is before it. */
const begunWithinMs = 15_000;

/** `replay`: asks the Tocsin that runs over the same data folder, through the store. */
export async function replay(args: string[]): Promise<Outcome> {
  const { values } = parseArgs({
    args,
    options: {
      from: { type: 'string' },
      device: { type: 'string' },
      type: { type: 'string' },
      'dry-run': { type: 'boolean' },
      wait: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return { text: usage, ok: true };
  const fromAt = timeOf(values.from);
  if (values.from === undefined) return misunderstood('--from is missing: the time from which frames came.');
  if (fromAt === null)
    return misunderstood(`--from is "${values.from}"; write it with its offset, as 2026-11-20T08:00+08:00.`);
  if ((values.device === undefined) === (values.type === undefined))
    return misunderstood('Name one device with --device, or one device type with --type.');
  const at = systemClock.now();
  const request = { fromAt, at, deviceId: values.device ?? null, deviceType: values.type ?? null, byPersonId: null };
  return await withStore(async (store) => {
    try {
      const id = await requestReplay(store, { ...request, dryRun: values['dry-run'] ?? false });
      return values.wait ? await waitFor(store, id) : asked(id);
    } catch (error) {
      if (error instanceof TocsinError) return { text: error.message, ok: false };
      throw error;
    }
  });
}

function misunderstood(why: string): Outcome {
  return { text: `${why}\n\n${usage}`, ok: false, misunderstood: true };
}

/** Without an offset a time would mean another moment on another machine. */
function timeOf(text: string | undefined): number | null {
  if (text === undefined || !/(Z|[+-]\d{2}:?\d{2})$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

function asked(id: number): Outcome {
  return { text: `Replay ${id} is asked for. The console shows how it goes, under Quarantine.`, ok: true };
}

async function waitFor(store: Store, id: number): Promise<Outcome> {
  const began = systemClock.now();
  for (;;) {
    const replay = await store.selectFrom('replay').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    if (replay.state === 'done') return { text: result(replay), ok: true };
    if (replay.state === 'failed') return { text: `Replay ${id} failed. ${replay.error}`, ok: false };
    if (replay.state === 'waiting' && systemClock.now() - began > begunWithinMs && !(await othersRun(store)))
      return { text: `Replay ${id} waits: no Tocsin runs over this data folder. Start it; it begins then.`, ok: false };
    await sleep(lookEveryMs);
  }
}

async function othersRun(store: Store): Promise<boolean> {
  const row = await store.selectFrom('replay').select('id').where('state', '=', 'running').executeTakeFirst();
  return row !== undefined;
}

function result({ id, dryRun, judgedJson, writtenJson }: Row<'replay'>): string {
  const judged = JSON.parse(judgedJson!) as ReplayJudged;
  const { readings } = JSON.parse(writtenJson ?? '{"readings":0}') as ReplayWritten;
  const lines = [
    `Replay ${id} is done${dryRun === 1 ? '; it was a dry run, nothing was changed' : ''}.`,
    `Frames decoded again: ${judged.frames} of ${judged.devices} devices; still wrong: ${judged.stillWrong}; out of quarantine: ${judged.resolved}.`,
    `Alarms: ${judged.raisedLate} recorded afterwards, ${judged.retracted} retracted, ${judged.reinstated} reinstated, ${judged.corrected} corrected, ${judged.leftAlone} left as they are.`,
  ];
  if (dryRun === 0) lines.push(`Readings written: ${readings}.`);
  return lines.join('\n');
}
