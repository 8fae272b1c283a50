import { warmProcess } from '../host/inference/warm-process.js';
import { PROCESS_FILE } from './bundles.js';

/** Commands that run a model. */
const RUNNING = ['attention', 'modes', 'semantics'];

/**
 * The process of the model, for a command that will run one, else null. It begins when this module runs, the first of the bundle, and is ready
 * when the checkpoint is read: 80 of 800 ms sooner than if it began with the command. It does not hold the command, and ends with it.
 */
export const modelProcess = RUNNING.includes(process.argv[2] ?? '') ? warmProcess(PROCESS_FILE) : null;
