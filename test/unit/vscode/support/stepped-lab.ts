import type { ImageCall, ImageLab } from '../../../../src/host/image-lab/image-lab.js';
import type { LabTaskName, LabTasks } from '../../../../src/protocol/image-worker.js';

/** One request that a test answers. */
export interface LabCall {
  readonly name: LabTaskName;
  readonly params: unknown;
  readonly call: ImageCall;
  answer(result: unknown): void;
  fail(error: Error): void;
}

/** A lab in the hands of a test. */
export interface SteppedLab extends ImageLab {
  readonly calls: LabCall[];
  /** The newest request of that name. */
  last(name: LabTaskName): LabCall;
  die(): void;
}

export function steppedLab(): SteppedLab {
  let alive = true;
  const lab: SteppedLab = {
    calls: [],
    get alive() {
      return alive;
    },
    run: <Name extends LabTaskName>(name: Name, params: LabTasks[Name]['params'], call: ImageCall) =>
      new Promise<LabTasks[Name]['result']>((resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')));
        lab.calls.push({ name, params, call, answer: resolve, fail: reject });
      }),
    last(name) {
      const found = lab.calls.filter((call) => call.name === name).at(-1);
      if (found === undefined) throw new Error(`nobody asked for ${name}`);
      return found;
    },
    die() {
      alive = false;
    },
    dispose: () => {
      alive = false;
      return Promise.resolve();
    },
  };
  return lab;
}
