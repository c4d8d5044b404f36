import type { Settings } from '../settings/schema.ts';

/** The address under which people open the console, without a slash at its end. */
export function consoleUrl({ publicUrl, host, port, cert }: Settings['http']): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '');
  const everywhere = host === '0.0.0.0' || host === '::';
  return `${cert === undefined ? 'http' : 'https'}://${everywhere ? 'localhost' : host}:${port}`;
}
