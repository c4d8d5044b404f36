import type { Router } from 'vue-router';

const retryMs = 1000;

/**
 * Where a part of the console cannot be loaded, opens the asked page anew as soon as the service answers: after an
 * update of Tocsin the parts have other names. While it is away the page that is open stays, and says that it is lost;
 * loading anew then would leave nothing but the browser's own error.
 */
export function followMissingParts(router: Router): void {
  const missing = new WeakSet<Error>();
  window.addEventListener('vite:preloadError', (event) => missing.add(event.payload));
  router.onError(async (error, to) => {
    if (!(error instanceof Error && missing.has(error))) return;
    const from = router.currentRoute.value;
    do await new Promise((passed) => window.setTimeout(passed, retryMs));
    while (!(await serviceAnswers()));
    // Somebody may have gone elsewhere meanwhile.
    if (router.currentRoute.value === from) window.location.assign(to.fullPath);
  });
}

function serviceAnswers(): Promise<boolean> {
  return fetch('/health/live', { cache: 'no-store' }).then(
    (answer) => answer.ok,
    () => false,
  );
}
