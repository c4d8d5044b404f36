import { hash } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The id of an alarm, made from what it is about, so that the same frames give the same ids: 13 characters that can be
 * read out over a telephone (Crockford's base 32, 65 bits).
 */
export function alarmId(ruleId: string, deviceId: string, at: number): string {
  const bytes = hash('sha256', `${ruleId}\n${deviceId}\n${at}`, 'buffer');
  let id = '';
  for (let i = 0; i < 13; i++) id += alphabet[bytes[i]! & 31];
  return id;
}
