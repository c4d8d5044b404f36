import type { AlarmDetail } from '../../api/contract.ts';
import { api } from '../api/client.ts';
import { putAlarms } from './alarms.ts';

/**
 * Acknowledges an alarm and shows it as it is then, without waiting for the feed. Rejects with an ApiFailure.
 * @param note may be empty.
 */
export async function acknowledge(alarmId: string, note: string): Promise<AlarmDetail> {
  const alarm = await api.acknowledge(alarmId, note);
  putAlarms([alarm]);
  return alarm;
}
