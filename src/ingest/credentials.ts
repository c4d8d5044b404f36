import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What the store keeps of a secret, as base64url. */
export interface HashedSecret {
  secretSalt: string;
  secretHash: string;
}

/** A new device secret: 192 random bits as base64url, shown once, and what is kept of it. */
export function createSecret(): { secret: string } & HashedSecret {
  const secret = randomBytes(24).toString('base64url');
  return { secret, ...hashSecret(secret) };
}

/**
 * What to keep of a secret. One round of SHA-256 is enough: slow hashes protect words that people think of, and a
 * secret is 192 random bits.
 */
export function hashSecret(secret: string): HashedSecret {
  const salt = randomBytes(16);
  return { secretSalt: salt.toString('base64url'), secretHash: digest(salt, secret).toString('base64url') };
}

/** Whether the secret is the one that was hashed; takes as long for a wrong one as for the right one. */
export function verifySecret(secret: string | Buffer, kept: HashedSecret): boolean {
  const expected = Buffer.from(kept.secretHash, 'base64url');
  const actual = digest(Buffer.from(kept.secretSalt, 'base64url'), secret);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function digest(salt: Buffer, secret: string | Buffer): Buffer {
  return createHash('sha256').update(salt).update(secret).digest();
}
