import { expect, test } from 'vitest';
import { createSecret, hashSecret, verifySecret } from '../../src/ingest/credentials.ts';

test('a secret is 192 bits, differs each time, and only it passes', () => {
  const { secret, ...kept } = createSecret();
  expect(Buffer.from(secret, 'base64url').length).toBe(24);
  expect(createSecret().secret).not.toBe(secret);
  expect(verifySecret(secret, kept)).toBe(true);
  expect(verifySecret(Buffer.from(secret), kept)).toBe(true);
  expect(verifySecret(`${secret}x`, kept)).toBe(false);
  expect(verifySecret('', kept)).toBe(false);
  expect(JSON.stringify(kept)).not.toContain(secret);
});

test('the same secret is kept differently each time, so that two devices cannot be told to share one', () => {
  const [one, two] = [hashSecret('shared'), hashSecret('shared')];
  expect(one.secretHash).not.toBe(two.secretHash);
  expect(verifySecret('shared', one) && verifySecret('shared', two)).toBe(true);
  expect(verifySecret('shared', { ...one, secretSalt: two.secretSalt })).toBe(false);
});
