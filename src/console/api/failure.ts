/** An answer of the service that is not what was asked for; `code` is from its catalogue, or `offline`. */
export class ApiFailure extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.name = 'ApiFailure';
    this.code = code;
    this.status = status;
  }

  /** From the body of an error; a proxy in between may have answered with something else. */
  static of(status: number, answer: unknown): ApiFailure {
    if (answer && typeof answer === 'object' && 'code' in answer && 'message' in answer) {
      return new ApiFailure(String(answer.code), status, String(answer.message));
    }
    // A gateway that finds nobody behind it.
    return new ApiFailure(status >= 502 && status <= 504 ? 'offline' : `HTTP ${status}`, status, '');
  }
}
