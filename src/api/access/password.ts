import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** OWASP's "Password Storage Cheat Sheet" gives N = 2^15, r = 8, p = 3 as one of its equal choices: 32 MiB each. */
const cost = { N: 32_768, r: 8, p: 3 };
const keyBytes = 32;

/** 96 random bits, in letters that can be copied from a log. */
export function makeUpPassword(): string {
  return randomBytes(12).toString('base64url');
}

/** A hash that carries its own parameters, so that they can be raised later: `scrypt$N$r$p$salt$key`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await turn(() => derive(normal(password), salt, keyBytes, options(cost)));
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/**
 * Whether the password belongs to the hash. Without a hash, or with one that is none (a program's account), it takes as
 * long and says no, so that the time does not tell which log-in names there are.
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const known = hash?.startsWith('scrypt$') ?? false;
  const [, n, r, p, salt, key] = (known ? hash! : nobody).split('$');
  const expected = Buffer.from(key!, 'base64url');
  const parameters = { N: Number(n), r: Number(r), p: Number(p) };
  const actual = await turn(() =>
    derive(normal(password), Buffer.from(salt!, 'base64url'), expected.length, options(parameters)),
  );
  return timingSafeEqual(actual, expected) && known;
}

const noKey = Buffer.alloc(keyBytes).toString('base64url');
const nobody = ['scrypt', cost.N, cost.r, cost.p, 'AAAAAAAAAAAAAAAAAAAAAA', noKey].join('$');

/** The same letters typed on different keyboards (composed or not) are the same password: NFKC, as in RFC 8265. */
const normal = (password: string) => password.normalize('NFKC');

/** Node's limit of memory for scrypt is 32 MiB, just below what these parameters need (128 · N · r). */
const options = (parameters: typeof cost): ScryptOptions => ({
  ...parameters,
  maxmem: 256 * parameters.N * parameters.r,
});

let last: Promise<unknown> = Promise.resolve();

/**
 * One derivation at a time: each keeps a thread of Node's pool of four busy for some tenths of a second, and the pool also
 * does the work with files.
 */
function turn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work, work);
  last = mine.catch(() => undefined);
  return mine;
}
