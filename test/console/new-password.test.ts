import { expect, test } from 'vitest';
import { PasswordChange } from '../../src/api/contract.ts';
import { newPasswordFault, passwordLength } from '../../src/console/logic/new-password.ts';

test('a new password is long enough, another one, and typed twice the same', () => {
  expect(newPasswordFault('old password', 'short', 'short')).toBe('tooShort');
  expect(newPasswordFault('old password', 'x'.repeat(201), '')).toBe('tooLong');
  expect(newPasswordFault('old password', 'old password', 'old password')).toBe('same');
  expect(newPasswordFault('old password', 'new password', 'new passwort')).toBe('different');
  expect(newPasswordFault('old password', 'new password', 'new password')).toBeNull();
});

test('the console asks for as many characters as the API', () => {
  const takes = (length: number) => PasswordChange.safeParse({ current: '', next: 'x'.repeat(length) }).success;
  const { least, most } = passwordLength;
  expect([least - 1, least, most, most + 1].map(takes)).toEqual([false, true, true, false]);
});
