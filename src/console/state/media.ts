import { onScopeDispose, type Ref, ref } from 'vue';

/** Whether a media query holds, now and later. For what is made or not made; mere looks belong into CSS. */
export function useMediaQuery(query: string): Readonly<Ref<boolean>> {
  const media = window.matchMedia(query);
  const holds = ref(media.matches);
  const listen = (event: MediaQueryListEvent) => {
    holds.value = event.matches;
  };
  media.addEventListener('change', listen);
  onScopeDispose(() => media.removeEventListener('change', listen));
  return holds;
}
