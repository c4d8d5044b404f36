/** What went wrong, for the person at the terminal: shown as one sentence, without a stack. */
export class SimulatorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SimulatorError';
  }
}
