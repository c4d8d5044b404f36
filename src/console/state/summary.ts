import { ref } from 'vue';
import type { Summary } from '../../api/contract.ts';
import { api } from '../api/client.ts';

/** Numbers for the top of the wall, as the service counts them; null before the first answer. */
export const summary = ref<Summary | null>(null);

let running: Promise<void> | null = null;

/** Reads the numbers anew; calls while one is under way share it. Rejects with an ApiFailure. */
export function loadSummary(): Promise<void> {
  running ??= api
    .summary()
    .then((found) => {
      summary.value = found;
    })
    .finally(() => {
      running = null;
    });
  return running;
}
