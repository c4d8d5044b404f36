import { connectAsync } from 'mqtt';
import { upTopic } from '../../ingest/topics.ts';
import { canaryDevice } from '../../model/internal.ts';
import type { Settings } from '../../settings/schema.ts';
import type { CanaryConnection } from './flight.ts';

/** Signing in and one acknowledgement; the flight itself has its own limit. */
const connectWithinMs = 10_000;

/** Ports in use; one of them at least. */
interface Ports {
  mqtt?: number;
  mqtts?: number;
}

/** The address of the own listener, as the machine itself reaches it. */
function ownAddress(host: Settings['mqtt']['host'], { mqtt, mqtts }: Ports): string {
  const own = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host);
  return mqtt === undefined ? `mqtts://${own}:${mqtts}` : `mqtt://${own}:${mqtt}`;
}

/**
 * Makes the function that signs in as the canary, over the listener without TLS where there is one. Each flight signs
 * in anew: signing in is part of what must work.
 */
export function canaryConnect(
  host: string,
  ports: Ports,
  secret: string,
): (signal: AbortSignal) => Promise<CanaryConnection> {
  return async (signal) => {
    const client = await connectAsync(
      ownAddress(host, ports),
      {
        username: canaryDevice.id,
        password: secret,
        clientId: 'canary',
        clean: true,
        reconnectPeriod: 0,
        connectTimeout: connectWithinMs,
        // It speaks to the socket of this very process; the certificate names the address that devices use.
        rejectUnauthorized: false,
      },
      false,
    );
    // What ends the connection later ends the flight by its silence.
    client.on('error', () => {});
    const close = () => void client.end(true);
    if (signal.aborted) close();
    return {
      publish: async (beat) => {
        await client.publishAsync(upTopic(canaryDevice.id), JSON.stringify({ beat }), { qos: 1 });
      },
      close,
    };
  };
}
