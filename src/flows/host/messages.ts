/** What the host and the Node-RED process say to each other. Nothing of the product goes this way: that is HTTP. */
export type ToNodeRed =
  | { type: 'start'; start: StartNodeRed }
  /** Answered at once by a process whose event loop turns. */
  | { type: 'ping' }
  | { type: 'stop' };

export type FromNodeRed =
  | { type: 'started'; port: number }
  /** The flows did not start; the process ends. */
  | { type: 'failed'; reason: string }
  | { type: 'pong' }
  | { type: 'log'; level: LogLevel; message: string; node: string | null };

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface StartNodeRed {
  /** Where Node-RED keeps what it writes. */
  userDir: string;
  /** Absolute path of the flows. */
  flowFile: string;
  /** Whether the editor and its admin API are served. */
  editor: boolean;
  /** Port on loopback; 0 for a free one. */
  port: number;
  /** Only requests that carry this are answered; the proxy adds it. */
  secret: string;
  /** Encrypts the credentials that nodes keep. */
  credentialSecret: string;
  /** Where Tocsin's nodes reach Tocsin, and as whom. */
  tocsin: { url: string; token: string };
}

/** Name of the header that carries `secret`. */
export const secretHeader = 'x-tocsin-flows';
