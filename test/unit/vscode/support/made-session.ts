import { ChoiceMemory } from '../../../../src/vscode/session/choices.js';
import { Session } from '../../../../src/vscode/session/session.js';
import type { SteppedEngine } from './stepped-engine.js';

/** A memory of choices that lasts as long as the test. */
export function choiceMemory(): ChoiceMemory {
  const values = new Map<string, unknown>();
  return new ChoiceMemory({
    get: (key) => values.get(key),
    update: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
  });
}

/** A session of a checkpoint that opens no picture. */
export function sessionOn(
  engine: SteppedEngine,
  memory = choiceMemory(),
  { path, fileName } = { path: '/models/model.safetensors', fileName: 'model.safetensors' },
): Session {
  return new Session({
    path,
    fileName,
    engine,
    memory,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    defaultBasis: () => 'folded',
    startLab: () => {
      throw new Error('no picture was opened');
    },
    isTrusted: () => true,
    changed: () => undefined,
  });
}
