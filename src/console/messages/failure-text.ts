import { ApiFailure } from '../api/failure.ts';
import { nameOf, t } from './index.ts';
import { zh } from './zh.ts';

/** A sentence for people about what went wrong, in their language. */
export function failureText(error: unknown): string {
  if (!(error instanceof ApiFailure)) return t('errors.unexpected', { code: '?', message: String(error) });
  const said = { code: error.code, message: nameOf(error.text) };
  return t(error.code in zh.errors ? `errors.${error.code as keyof typeof zh.errors}` : 'errors.unexpected', said);
}
