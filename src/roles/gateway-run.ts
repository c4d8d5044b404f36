import type { Ports } from '../ingest/listeners.ts';
import type { JournalAppender } from '../journal/port.ts';
import { serveRemoteWriter } from '../journal/serve-remote-writer.ts';
import type { SystemTrouble } from '../model/system-alarm.ts';
import type { RemoteFunctions } from '../shared/calls.ts';
import { startProcess } from '../shared/child-process.ts';
import type { GatewayFunctions, GatewayHostFunctions, GatewayStart } from './gateway-messages.ts';

const file = new URL('./gateway-process.ts', import.meta.url);
/** A process that says nothing for so long hangs; its devices wait for acknowledgements. */
const SILENCE_S = 15;
const STOP_MS = 5000;
/** For reading the device types and all devices, on a machine that has just started. */
const START_MS = 60_000;

/** One gateway process, from its start to its end. */
export interface GatewayRun {
  pid: number;
  ports: Ports;
  remote: RemoteFunctions<GatewayFunctions>;
  /** As it said last. */
  troubles(): SystemTrouble[];
  /** How it ended, for people. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a gateway process at once, and opens its door when it is told how. Rejects when it does not open its door:
 * TocsinError PORT_UNAVAILABLE and the like, as it says it.
 */
export async function startGatewayRun(
  start: () => Promise<GatewayStart>,
  journal: JournalAppender,
  arrived: GatewayHostFunctions['arrived'],
): Promise<GatewayRun> {
  let troubles: SystemTrouble[] = [];
  let silentFor = 0;
  const { pid, remote, pipe, ended, kill } = startProcess<GatewayFunctions, GatewayHostFunctions>(file, {
    arrived,
    beat(said) {
      troubles = said;
      silentFor = 0;
    },
  });
  serveRemoteWriter(pipe, journal);
  let ports: Ports;
  const tooLong = setTimeout(kill, START_MS);
  try {
    ports = await remote.open(await start());
  } catch (error) {
    await kill();
    throw error;
  } finally {
    clearTimeout(tooLong);
  }
  let why: string | null = null;
  // Counted in turns of this process: when it is held up itself, it must not hold that against the other.
  const listening = setInterval(() => {
    if (++silentFor <= SILENCE_S) return;
    why = `it said nothing for ${SILENCE_S} s`;
    void kill();
  }, 1000);
  return {
    pid,
    ports,
    remote,
    troubles: () => troubles,
    ended: ended.then((how) => {
      clearInterval(listening);
      return why ?? how;
    }),
    async stop() {
      const tooLong = setTimeout(kill, STOP_MS);
      await remote.close().catch(() => {});
      clearTimeout(tooLong);
      await kill();
    },
  };
}
