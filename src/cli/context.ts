import type { Engine } from '../host/engine/contract.js';
import type { WarmProcess } from '../host/inference/warm-process.js';

/** What a command works with. */
export interface CommandContext {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly version: string;
  /** Of a command that runs a model. */
  readonly modelProcess: WarmProcess | null;
}
