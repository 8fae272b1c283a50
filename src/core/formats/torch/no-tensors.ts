import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../../errors.js';
import type { ZipDirectory } from '../zip/directory.js';
import { quoteName } from '../../bytes/quote.js';
import type { TorchMeaning } from './meaning.js';
import { hostile } from './run-pickle.js';
import type { Contents } from './walk.js';

/** A kind of zip archive that is no PyTorch file, by an entry that only it has. */
const OTHER_ARCHIVES: readonly (readonly [RegExp, () => string])[] = [
  [/\.npy$/u, () => l10n.t('it holds NumPy arrays, but not as numpy.savez packs them')],
  [/(^|\/)model\.weights\.h5$/u, () => l10n.t('it holds Keras weights, but not as Keras packs them')],
  [
    /(^|\/)archive_format$|(^|\/)serialized_exported_program\.json$|\.pt2$/u,
    () => l10n.t('it is a program saved by torch.export, which QK Lens does not read'),
  ],
  [
    /(^|\/)\.data\/(extern_modules|python_version)$/u,
    () => l10n.t('it is a torch.package archive, which QK Lens does not read'),
  ],
  [
    /^saved_model\.pb$|\/saved_model\.pb$/u,
    () => l10n.t('it is a packed TensorFlow model, which QK Lens does not read'),
  ],
  [/\.(safetensors|pth|pt|ckpt|bin)$/u, () => l10n.t('it is an archive with checkpoints inside')],
];

/** The error for a zip archive without data.pkl: what it is in fact. */
export function noPickle({ entries }: ZipDirectory, file: string): CheckpointError {
  const names = [...entries.keys()];
  const other = OTHER_ARCHIVES.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1]();
  const some = `${names.slice(0, 3).map(quoteName).join(', ')}${names.length > 3 ? ', ...' : ''}`;
  const plain =
    names.length === 0
      ? l10n.t('there is no data.pkl in the archive, which is empty')
      : l10n.t('there is no data.pkl in the archive, which holds {0}', some);
  const problem = other === undefined ? plain : `${plain}: ${other}`;
  const advice = l10n.t('save the weights with torch.save or safetensors, or unpack the archive');
  return new CheckpointError('not-a-checkpoint', file, problem, advice);
}

/**
 * A pickle without tensors is no checkpoint, and one that does things in their place is worse.
 * @throws CheckpointError `hostile` or `not-a-checkpoint`.
 */
export function checkTensors(contents: Contents, meaning: TorchMeaning, file: string): void {
  if (contents.tensors.size > 0) return;
  if (meaning.calls.size > 0) throw hostile(file, meaning.calls);
  const [first] = meaning.unread;
  const problem =
    first === undefined
      ? l10n.t('it holds no tensors')
      : l10n.t('it holds no tensors but those of kinds that are not read, such as {0}', first);
  throw new CheckpointError('not-a-checkpoint', file, problem, l10n.t('choose the file with the weights'));
}
