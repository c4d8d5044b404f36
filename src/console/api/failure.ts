import type { Text } from '../../api/contract.ts';

/** An answer of the service that is not what was asked for; `code` is from its catalogue, or `offline`. */
export class ApiFailure extends Error {
  readonly code: string;
  readonly status: number;
  /** The message in both languages; in English twice where it is said in English only. */
  readonly text: Text;

  constructor(code: string, status: number, message: string, text: Text = { zh: message, en: message }) {
    super(message);
    this.name = 'ApiFailure';
    this.code = code;
    this.status = status;
    this.text = text;
  }

  /** From the body of an error; a proxy in between may have answered with something else. */
  static of(status: number, answer: unknown): ApiFailure {
    if (answer && typeof answer === 'object' && 'code' in answer && 'message' in answer) {
      const text = 'text' in answer && isText(answer.text) ? answer.text : undefined;
      return new ApiFailure(String(answer.code), status, String(answer.message), text);
    }
    // A gateway that finds nobody behind it.
    return new ApiFailure(status >= 502 && status <= 504 ? 'offline' : `HTTP ${status}`, status, '');
  }
}

function isText(text: unknown): text is Text {
  const { zh, en } = Object(text) as Partial<Text>;
  return typeof zh === 'string' && typeof en === 'string';
}
