import { type Ref, ref } from 'vue';

/** What a form needs that asks the service for something: whether it is under way, and why it failed last. */
export function useSubmit(): {
  busy: Ref<boolean>;
  failure: Ref<unknown>;
  /** Does the work and keeps its failure. Resolves with whether it succeeded, and never rejects. */
  submit(work: () => Promise<unknown>): Promise<boolean>;
} {
  const busy = ref(false);
  const failure = ref<unknown>(null);
  async function submit(work: () => Promise<unknown>): Promise<boolean> {
    busy.value = true;
    failure.value = null;
    try {
      await work();
      return true;
    } catch (error) {
      failure.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, failure, submit };
}
