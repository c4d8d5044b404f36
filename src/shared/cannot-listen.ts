import { TocsinError } from './errors.ts';

const reasons: Record<string, string> = {
  EADDRINUSE: 'another program listens there. Stop it',
  EACCES: 'the system does not allow it. Give the permission',
  EADDRNOTAVAIL: 'this machine has no such address. Correct the host',
};

/**
 * What a failed `listen` means, for people; the error itself when it is something else.
 * @param setting the port's, as in `mqtt.port`
 */
export function cannotListen(setting: string, error: unknown): unknown {
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  const reason = reasons[code ?? ''];
  if (reason === undefined) return error;
  const variable = `TOCSIN_${setting.toUpperCase().replaceAll('.', '_')}`;
  const text = `Cannot listen on port ${port} of ${address}: ${reason}, or set another ${setting} (${variable}).`;
  return new TocsinError('PORT_UNAVAILABLE', text, { setting, address, port });
}
