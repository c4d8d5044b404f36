import type { ConsumerStatus } from './messages.ts';

interface Consumer {
  status(): Promise<ConsumerStatus>;
}

export interface ReadinessParts {
  engine: Consumer;
  historian: Consumer;
  flows: { trouble(): string | null };
  /** Device types and rules that were left out, a sentence each. */
  leftOut: readonly string[];
}

interface PartStatus {
  ok: boolean;
  detail?: string;
}

/** A thread that does not answer within this hangs. */
const answerWithinMs = 2_000;

/**
 * How the parts are. The engine must work. The telemetry store and the flows may be away without harm to alarms:
 * readings wait in the journal. A broken device type harms no other. That is said, but does not take Tocsin out of
 * service.
 */
export async function readiness(parts: ReadinessParts): Promise<Record<string, PartStatus>> {
  const [engine, historian] = await Promise.all([ask(parts.engine), ask(parts.historian)]);
  const flows = parts.flows.trouble();
  return {
    engine: describe(engine, true),
    telemetry: describe(historian, false),
    flows: { ok: true, ...(flows !== null && { detail: flows }) },
    deviceTypes: { ok: true, ...(parts.leftOut.length > 0 && { detail: `left out: ${parts.leftOut.join('; ')}` }) },
  };
}

async function ask(consumer: Consumer): Promise<ConsumerStatus | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), answerWithinMs);
  });
  try {
    return await Promise.race([consumer.status(), late]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function describe(status: ConsumerStatus | null, vital: boolean): PartStatus {
  if (!status) return { ok: false, detail: 'its thread does not answer' };
  const behind = status.end - status.offset;
  if (status.trouble === null) return { ok: true };
  return { ok: !vital, detail: `${status.trouble}; ${behind} entries wait in the journal` };
}
