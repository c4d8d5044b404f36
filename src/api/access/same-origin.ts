import type { FastifyRequest } from 'fastify';

/**
 * Whether a browser sent this from our own pages. A cookie goes along with requests that other sites make a browser
 * send, so a request that changes something and signs in by cookie must show where it comes from: `Sec-Fetch-Site`
 * (all browsers since 2023, over https or localhost), else `Origin`.
 * @param ownUrl the address that people use, where a proxy stands before us
 * @returns null when it says neither: a program, not a browser
 */
export function sameOrigin(request: FastifyRequest, ownUrl: string | undefined): boolean | null {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const origin = request.headers.origin;
  if (origin === undefined) return null;
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === request.headers.host || (ownUrl !== undefined && new URL(ownUrl).origin === origin);
}
