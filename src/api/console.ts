import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { routesMay } from './access/routes-may.ts';
import type { Api } from './api.ts';
import { notFound } from './error-handler.ts';

const missingPage = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Tocsin</title>
<p>控制台尚未构建。请运行 <code>npm run build</code>，然后重新加载本页。</p>
<p lang="en">The console has not been built. Run <code>npm run build</code>, then load this page again.</p></html>`;

/**
 * Serves the built console from `folder`. Its pages are addresses without a file of their own (`/alarms/…`), so every
 * GET that is no file and not under /api gets index.html. The folder may come later: it is looked for at each request.
 */
export async function serveConsole(api: Api, folder: string): Promise<void> {
  await api.register(async (files) => {
    routesMay(files, 'public');
    await files.register(fastifyStatic, {
      root: folder,
      index: 'index.html',
      cacheControl: false,
      setHeaders: (reply, path) => {
        // The bundler puts a hash of the content into the names under assets/.
        const forEver = path.startsWith(join(folder, 'assets'));
        reply.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });

    files.setNotFoundHandler(async (request, reply) => {
      const path = request.url.split('?')[0]!;
      const isPage = request.method === 'GET' && !/^\/(api|health|metrics|assets|red|hooks)(\/|$)/.test(path);
      if (!isPage) throw notFound(request);
      if (!existsSync(join(folder, 'index.html'))) {
        return reply.code(503).type('text/html; charset=utf-8').send(missingPage);
      }
      return reply.sendFile('index.html');
    });
  });
}
