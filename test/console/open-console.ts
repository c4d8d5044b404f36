import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../support/browser.ts';
import { startFake } from './fake/server.ts';
import { password } from './fake/town.ts';

type Size = { width: number; height: number };
export const desk: Size = { width: 1440, height: 900 };
export const phone: Size = { width: 360, height: 740 };

export interface OpenConsole {
  fake: Awaited<ReturnType<typeof startFake>>;
  browser: Browser;
  /** What pages complained of: errors, and what was against the content security policy. */
  complaints: readonly string[];
  /** A page of somebody of the town, in a browser of their own. */
  signIn(login: string, size: Size, path?: string): Promise<Page>;
  close(): Promise<void>;
}

/** The built console over a town in memory, in a real Chromium. */
export async function openConsole(): Promise<OpenConsole> {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build-console.ts', import.meta.url))]);
  const fake = await startFake();
  const browser = await startBrowser();
  const complaints: string[] = [];
  return {
    fake,
    browser,
    complaints,
    async signIn(login, size, path = '/') {
      const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
      context.setDefaultTimeout(60_000);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.location().url.endsWith('/session')) complaints.push(message.text());
        if (/Content Security Policy|Failed to load module/.test(message.text())) complaints.push(message.text());
      });
      await page.goto(fake.url + path);
      await page.fill('input[name=login]', login);
      await page.fill('input[name=password]', password);
      await page.click('button[type=submit]');
      // A menu that is opened before would be closed by the change of page.
      await page.waitForURL((url) => url.pathname !== '/sign-in');
      return page;
    },
    async close() {
      await browser.close();
      await fake.close();
    },
  };
}
