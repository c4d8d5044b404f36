const { setTimeout: sleep } = require('node:timers/promises');
const { readEvents } = require('./events.js');

/** How long one request may take, milliseconds. */
const requestLimit = 10_000;
/** Pauses before a request is tried again, milliseconds: Tocsin may be starting. */
const pauses = [500, 1000, 2000, 4000, 8000, 15_000];
/** Answers after which it is worth trying again. */
const passing = new Set([429, 502, 503, 504]);

/** A request that did not work. `key` names the sentence for people in the message files, `params` fills it in. */
class TocsinFailure extends Error {
  constructor(key, params, status = 0) {
    super(`${key} ${JSON.stringify(params)}`);
    this.name = 'TocsinFailure';
    this.key = key;
    this.params = params;
    this.status = status;
  }
}

/** Speaks to Tocsin's HTTP API as any program does: with a token, at the public routes. */
class TocsinClient {
  #url;
  #token;

  /** @param {{url: string, token: string}} server address without a path, and the token of a service person */
  constructor({ url, token }) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
  }

  get(path, signal) {
    return this.#again(signal, () => this.#json('GET', path, undefined, signal));
  }

  post(path, body, signal) {
    return this.#again(signal, () => this.#json('POST', path, body, signal));
  }

  /**
   * The live feed from after `lastSeq`, or from now on.
   * @returns {Promise<AsyncGenerator<{seq: number, kind: string, ref: string, data: unknown}>>} once it is open
   */
  async feed(lastSeq, signal) {
    const headers = { accept: 'text/event-stream' };
    if (lastSeq !== null) headers['last-event-id'] = String(lastSeq);
    const response = await this.#send('GET', '/api/v1/feed', { headers, signal });
    return readEvents(response.body);
  }

  async #json(method, path, body, signal) {
    const limit = AbortSignal.timeout(requestLimit);
    const response = await this.#send(method, path, {
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  }

  async #send(method, path, init) {
    let response;
    try {
      response = await fetch(this.#url + path, {
        ...init,
        method,
        headers: { ...init.headers, authorization: `Bearer ${this.#token}` },
      });
    } catch (error) {
      const reason = error.cause?.code ?? error.cause?.message ?? error.message;
      throw new TocsinFailure('unreachable', { url: this.#url, reason });
    }
    if (response.ok) return response;
    const answer = await response.json().catch(() => null);
    const reason = answer?.message ?? `HTTP ${response.status}`;
    const key = response.status === 401 ? 'token' : 'refused';
    throw new TocsinFailure(key, { method, path, reason, code: answer?.code ?? '' }, response.status);
  }

  /** Tries again while Tocsin cannot be reached or asks for patience; half a minute in all. */
  async #again(signal, attempt) {
    for (const pause of [...pauses, null]) {
      try {
        return await attempt();
      } catch (error) {
        const willPass = error instanceof TocsinFailure && (error.status === 0 || passing.has(error.status));
        if (!willPass || pause === null || signal?.aborted) throw error;
      }
      await sleep(pause, undefined, { signal });
    }
  }
}

module.exports = { TocsinClient, TocsinFailure };
