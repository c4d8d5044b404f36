import { type Ref, ref, shallowRef, watch } from 'vue';
import type { RuleOverview, RuleVersion } from '../../api/contract.ts';
import { api } from '../api/client.ts';
import { resets } from './live.ts';

/** Every rule with the places where it is set, and the history of the one that is looked at. */
export function useRules(ruleId: () => string | null): {
  rules: Ref<readonly RuleOverview[]>;
  versions: Ref<readonly RuleVersion[]>;
  failure: Ref<unknown>;
  read: Ref<boolean>;
  /** Does a change, then reads again. Rejects with an ApiFailure. */
  change(work: () => Promise<unknown>): Promise<void>;
} {
  const rules = shallowRef<readonly RuleOverview[]>([]);
  const versions = shallowRef<readonly RuleVersion[]>([]);
  const failure = ref<unknown>(null);
  const read = ref(false);

  async function readAll(): Promise<void> {
    const asked = ruleId();
    try {
      const [list, history] = await Promise.all([api.rules(), asked ? api.ruleVersions(asked) : []]);
      if (asked !== ruleId()) return;
      [rules.value, versions.value] = [list, history];
      failure.value = null;
      read.value = true;
    } catch (error) {
      failure.value = error;
    }
  }

  watch([ruleId, resets], () => readAll(), { immediate: true });
  return {
    rules,
    versions,
    failure,
    read,
    async change(work) {
      await work();
      await readAll();
    },
  };
}
