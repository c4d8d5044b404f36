import { startApp } from './app.ts';
import { loadSettings } from './settings/load.ts';
import { TocsinError } from './shared/errors.ts';
import { createLogger } from './shared/logger.ts';

/** Reads the settings, starts the app, handles signals; nothing else. */
async function main(): Promise<void> {
  const settings = loadSettings({ env: process.env });
  const log = createLogger(settings.log.level, settings.log.format);
  const app = await startApp(settings, log);
  log.info({ console: app.urls.console, mqtt: app.urls.mqtt }, 'Tocsin is ready');

  let stopping = false;
  const stop = (reason: string, exitCode: number) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'Tocsin stops');
    app.stop().then(
      () => process.exit(exitCode),
      (error) => {
        log.fatal({ err: error }, 'Tocsin did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  // A part that has died cannot be mended from inside; whoever supervises this process starts it again.
  app.failed.then((reason) => stop(reason, 1));
}

main().catch((error: unknown) => {
  // Mistakes of settings and surroundings are sentences for people; anything else needs its stack.
  process.stderr.write(
    `${error instanceof TocsinError ? `${error.code}\n${error.message}` : String((error as Error)?.stack ?? error)}\n`,
  );
  process.exit(1);
});
