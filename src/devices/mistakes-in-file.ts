import type { Text } from '../model/text.ts';
import { TocsinError } from '../shared/errors.ts';

/** Something wrong in a file, in both languages, and the line it is in, counted from 1; null: it is about the whole. */
export interface MistakeInFile {
  line: number | null;
  text: Text;
}

/** Everything that is wrong in a file or a text, one line for each mistake, with the file and the line before it. */
export class MistakesInFile extends TocsinError {
  readonly mistakes: readonly MistakeInFile[];

  /** @param shown what the file is called */
  constructor(shown: string, mistakes: readonly MistakeInFile[]) {
    const lines = (language: keyof Text) =>
      mistakes.map(({ line, text }) => `${shown}${line === null ? '' : `:${line}`}: ${text[language]}`).join('\n');
    super('DEVICE_TYPE_INVALID', { zh: lines('zh'), en: lines('en') }, { file: shown });
    this.mistakes = mistakes;
  }
}
