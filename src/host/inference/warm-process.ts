import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceProcess } from './inference-process.js';

/** A process for a model, with the folder that its copies of weights may go to. */
export interface WarmProcess {
  readonly process: InferenceProcess;
  readonly scratchFolder: string;
}

/** Starts a process, which loads ONNX Runtime while nobody has said yet what to run. @param processFile bundle of `process.ts`. */
export function warmProcess(processFile: string): WarmProcess {
  const scratchFolder = path.join(tmpdir(), `qk-lens-${randomUUID()}`);
  return { process: new InferenceProcess(processFile, scratchFolder), scratchFolder };
}
