/**
 * The error catalogue. Every code has a heading in docs/errors.md with its cause and cure; a retired code is never
 * used again. Retired: QOS_UNSUPPORTED, RETAIN_UNSUPPORTED, WILL_UNSUPPORTED.
 */
export const errorCodes = {
  // settings
  SETTING_INVALID: 500,
  PORT_UNAVAILABLE: 500,
  // intake
  CREDENTIAL_INVALID: 401,
  DEVICE_DISABLED: 403,
  TOPIC_FORBIDDEN: 403,
  PAYLOAD_TOO_LARGE: 413,
  CLIENT_ID_REJECTED: 400,
  TOO_MANY_CONNECTIONS: 429,
  MQTT_PROTOCOL: 400,
  RATE_LIMITED: 429,
  DEVICE_UNREACHABLE: 409,
  // journal
  JOURNAL_UNAVAILABLE: 503,
  JOURNAL_FULL: 503,
  JOURNAL_LOCKED: 503,
  JOURNAL_TRIMMED: 410,
  JOURNAL_BEHIND: 500,
  JOURNAL_DAMAGED: 500,
  // decoding
  PAYLOAD_NOT_JSON: 400,
  PAYLOAD_SHAPE: 400,
  CHANNEL_UNKNOWN: 400,
  VALUE_TYPE: 400,
  VALUE_OUT_OF_RANGE: 400,
  TIME_INVALID: 400,
  TIME_TOO_OLD: 400,
  TIME_IN_FUTURE: 400,
  DEVICE_UNKNOWN: 404,
  FRAME_FAILED: 500,
  // device types and rules
  DEVICE_TYPE_INVALID: 422,
  DEVICE_TYPE_UNKNOWN: 404,
  COMMAND_UNKNOWN: 400,
  RULE_INVALID: 422,
  // backtests
  DATA_UNREADABLE: 400,
  DATA_INVALID: 400,
  // api
  REQUEST_INVALID: 400,
  SIGN_IN_REQUIRED: 401,
  SIGN_IN_FAILED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TOO_MANY_REQUESTS: 429,
  INTERNAL: 500,
  // parts we depend on
  STORE_UNAVAILABLE: 503,
  TELEMETRY_UNAVAILABLE: 503,
  FLOWS_UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/**
 * An error that a person or a device may see: a code from the catalogue and a sentence that says what to do. What people
 * read in the console while they write is said in both languages; `message` is the English of it.
 */
export class TocsinError extends Error {
  readonly code: ErrorCode;
  /** The sentence in both languages; in English twice where it is said in English only. */
  readonly text: Record<'zh' | 'en', string>;
  readonly detail: Record<string, unknown>;

  constructor(code: ErrorCode, sentence: string | TocsinError['text'], detail: Record<string, unknown> = {}) {
    const text = typeof sentence === 'string' ? { zh: sentence, en: sentence } : sentence;
    super(text.en);
    this.name = 'TocsinError';
    this.code = code;
    this.text = text;
    this.detail = detail;
  }

  /** HTTP status that goes with the code. */
  get status(): number {
    return errorCodes[this.code];
  }
}
