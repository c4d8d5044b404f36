import { t } from './index.ts';
import { zh } from './zh.ts';

/** What is wrong with a frame, in the viewer's language; a code that the console does not know stands for itself. */
export function quarantineTitle(code: string): string {
  return code in zh.quarantineCode ? t(`quarantineCode.${code as keyof typeof zh.quarantineCode}`) : code;
}
