import type * as vscode from 'vscode';

/** Troubles that "Collect Diagnostics" can list; older ones are in the log only. */
const MAX_TROUBLES = 50;

/** Where the extension writes down what it does. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** Writes the error with its stack; shows nothing to the person. */
  error(context: string, error: unknown): void;
}

/** The output channel of the extension; also keeps the last troubles for a diagnosis. */
export class ChannelLog implements Log {
  readonly #channel: vscode.LogOutputChannel;
  readonly #troubles: string[] = [];

  constructor(channel: vscode.LogOutputChannel) {
    this.#channel = channel;
  }

  /** The last warnings and errors, oldest first, with their time. */
  get troubles(): readonly string[] {
    return this.#troubles;
  }

  info(message: string): void {
    this.#channel.info(message);
  }

  warn(message: string): void {
    this.#channel.warn(message);
    this.#keep('warning', message);
  }

  error(context: string, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#channel.error(`${context}: ${text}`);
    this.#keep('error', `${context}: ${text}`);
  }

  show(): void {
    this.#channel.show(true);
  }

  #keep(level: string, text: string): void {
    this.#troubles.push(`${new Date().toISOString()} [${level}] ${text}`);
    if (this.#troubles.length > MAX_TROUBLES) this.#troubles.shift();
  }
}
