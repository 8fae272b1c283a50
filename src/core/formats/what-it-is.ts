import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../bytes/byte-source.js';
import { CheckpointError, type ProblemCode } from '../errors.js';

/** A kind of file that people open by mistake, or that this version does not read. */
interface Kind {
  readonly code: ProblemCode;
  problem(): string;
  advice(): string;
  /** @param text the first bytes as Latin-1. @param name in lower case. */
  matches(text: string, name: string): boolean;
}

const whatIsRead = (): string =>
  l10n.t(
    'it reads safetensors, PyTorch, ONNX, NumPy (.npz), Keras and HDF5 (.keras, .h5), Flax (.msgpack) and GGUF files',
  );

function notYet(what: () => string, matches: Kind['matches']): Kind {
  return {
    code: 'unsupported',
    problem: () => l10n.t('this version of QK Lens does not read {0} yet', what()),
    advice: () => l10n.t('{0}; convert the checkpoint to one of them', whatIsRead()),
    matches,
  };
}

function mistaken(problem: Kind['problem'], advice: Kind['advice'], matches: Kind['matches']): Kind {
  return { code: 'not-a-checkpoint', problem, advice, matches };
}

const KINDS: readonly Kind[] = [
  mistaken(
    () => l10n.t('it is a Git LFS pointer: a note of where the weights are, not the weights'),
    () => l10n.t('run git lfs pull in the repository'),
    (text) => text.startsWith('version https://git-lfs.github.com/spec/'),
  ),
  mistaken(
    () => l10n.t('it is a web page: the download saved a page in place of the file'),
    () => l10n.t('download the file itself, logged in if it asks for that'),
    (text) => /^\s*(<!--.*?-->\s*)?<(!doctype html|html|head)/isu.test(text),
  ),
  mistaken(
    () => l10n.t('it is an XML text, perhaps the error page of a download'),
    () => l10n.t('download the file itself'),
    (text) => /^\s*<\?xml/u.test(text),
  ),
  notYet(
    () => l10n.t('GGML files from before GGUF'),
    (text) => /^(lmgg|tjgg|fmgg)/u.test(text),
  ),
  {
    code: 'unsupported',
    problem: () => l10n.t('it is one part of a zip archive that was split'),
    advice: () => l10n.t('join the parts to one archive, or unpack them all together'),
    matches: (text, name) => text.startsWith('PK\x07\x08') || /\.(z\d\d|zip\.\d\d\d)$/u.test(name),
  },
  notYet(
    () => 'TensorFlow Lite',
    (text) => text.slice(4, 8) === 'TFL3',
  ),
  notYet(
    () => l10n.t("ONNX Runtime's own format (.ort)"),
    (text) => text.slice(4, 8) === 'ORTM',
  ),
  notYet(
    () => l10n.t('gzip archives'),
    (text) => text.startsWith('\x1f\x8b'),
  ),
  notYet(
    () => l10n.t('Zstandard archives'),
    (text) => text.startsWith('\x28\xb5\x2f\xfd'),
  ),
  notYet(
    () => l10n.t('7z archives'),
    (text) => text.startsWith('7z\xbc\xaf\x27\x1c'),
  ),
  notYet(
    () => l10n.t('TensorFlow checkpoints'),
    (_text, name) => /\.data-\d+-of-\d+$/u.test(name),
  ),
  {
    code: 'unsupported',
    problem: () => l10n.t('it is a tar archive; PyTorch before 0.1.10 saved such files'),
    advice: () => l10n.t('load it with PyTorch and save it again; a packed checkpoint must be unpacked first'),
    matches: (text) =>
      text.slice(257, 262) === 'ustar' || text.startsWith('sys_info\0') || text.startsWith('./sys_info\0'),
  },
  mistaken(
    () => l10n.t('it is a pickle that torch.save did not write'),
    () => l10n.t('load it in Python and save its tensors with torch.save or safetensors'),
    (text) => /^\x80[\x02-\x05]/u.test(text),
  ),
  mistaken(
    () => l10n.t('it holds nothing but zeros at its start'),
    () => l10n.t('the download or copy did not finish; get the file again'),
    (text) => /^\0{16}/u.test(text),
  ),
  mistaken(
    () => l10n.t('it is a text'),
    () => l10n.t('open the file with the weights instead'),
    (text) => /^[\t\n\r\x20-\x7e]+$/u.test(text),
  ),
];

const UNKNOWN = mistaken(
  () => l10n.t('its first bytes are of no format that QK Lens knows'),
  whatIsRead,
  () => true,
);

/** The error for a file that no format recognised: what it is in fact, and what would help. */
export function notACheckpoint(head: Uint8Array, source: ByteSource): CheckpointError {
  if (source.size === 0) {
    return new CheckpointError(
      'empty',
      source.name,
      l10n.t('the file is empty'),
      l10n.t('the download or save did not finish; get it again'),
    );
  }
  const text = String.fromCharCode(...head);
  const name = source.name.toLowerCase();
  const kind = KINDS.find((candidate) => candidate.matches(text, name)) ?? UNKNOWN;
  return new CheckpointError(kind.code, source.name, kind.problem(), kind.advice());
}
