import type { Engine } from '../host/engine/contract.js';

/** What a command works with. */
export interface CommandContext {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly version: string;
}
