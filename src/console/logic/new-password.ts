/** Characters that a password may have; the API refuses others (`PasswordChange` in src/api/contract.ts). */
export const passwordLength = { least: 10, most: 200 } as const;

/** What is wrong with a wish for a new password, before the service is asked; null when nothing is. */
export function newPasswordFault(
  current: string,
  next: string,
  repeated: string,
): 'tooShort' | 'tooLong' | 'same' | 'different' | null {
  if (next.length < passwordLength.least) return 'tooShort';
  if (next.length > passwordLength.most) return 'tooLong';
  if (next === current) return 'same';
  return next === repeated ? null : 'different';
}
