import { ApiFailure } from '../api/failure.ts';
import { t } from './index.ts';
import { zh } from './zh.ts';

/** A sentence for people about what went wrong, in their language. */
export function failureText(error: unknown): string {
  if (!(error instanceof ApiFailure)) return t('errors.unexpected', { code: '?', message: String(error) });
  if (error.code in zh.errors) {
    return t(`errors.${error.code as keyof typeof zh.errors}`, { message: error.message, code: error.code });
  }
  return t('errors.unexpected', { code: error.code, message: error.message });
}
