/** A text that people read, in both languages of the console. */
export interface Text {
  zh: string;
  en: string;
}
