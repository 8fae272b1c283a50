import type { ByteSource } from '../bytes/byte-source.js';
import { CheckpointError, type ProblemCode } from '../errors.js';

/** A kind of file that people open by mistake, or that this version does not read. */
interface Kind {
  readonly code: ProblemCode;
  readonly problem: string;
  readonly advice: string;
  /** @param text the first bytes as Latin-1. @param name in lower case. */
  matches(text: string, name: string): boolean;
}

const READS =
  'it reads safetensors, PyTorch, ONNX, NumPy (.npz), Keras and HDF5 (.keras, .h5), Flax (.msgpack) and GGUF files';

function notYet(what: string, matches: Kind['matches']): Kind {
  const problem = `this version of QK Lens does not read ${what} yet`;
  return { code: 'unsupported', problem, advice: `${READS}; convert the checkpoint to one of them`, matches };
}

function mistaken(problem: string, advice: string, matches: Kind['matches']): Kind {
  return { code: 'not-a-checkpoint', problem, advice, matches };
}

const KINDS: readonly Kind[] = [
  mistaken(
    'it is a Git LFS pointer: a note of where the weights are, not the weights',
    'run git lfs pull in the repository',
    (text) => text.startsWith('version https://git-lfs.github.com/spec/'),
  ),
  mistaken(
    'it is a web page: the download saved a page in place of the file',
    'download the file itself, logged in if it asks for that',
    (text) => /^\s*(<!--.*?-->\s*)?<(!doctype html|html|head)/isu.test(text),
  ),
  mistaken('it is an XML text, perhaps the error page of a download', 'download the file itself', (text) =>
    /^\s*<\?xml/u.test(text),
  ),
  notYet('GGML files from before GGUF', (text) => /^(lmgg|tjgg|fmgg)/u.test(text)),
  {
    code: 'unsupported',
    problem: 'it is one part of a zip archive that was split',
    advice: 'join the parts to one archive, or unpack them all together',
    matches: (text, name) => text.startsWith('PK\x07\x08') || /\.(z\d\d|zip\.\d\d\d)$/u.test(name),
  },
  notYet('TensorFlow Lite', (text) => text.slice(4, 8) === 'TFL3'),
  notYet("ONNX Runtime's own format (.ort)", (text) => text.slice(4, 8) === 'ORTM'),
  notYet('gzip archives', (text) => text.startsWith('\x1f\x8b')),
  notYet('Zstandard archives', (text) => text.startsWith('\x28\xb5\x2f\xfd')),
  notYet('7z archives', (text) => text.startsWith('7z\xbc\xaf\x27\x1c')),
  notYet('TensorFlow checkpoints', (_text, name) => /\.data-\d+-of-\d+$/u.test(name)),
  {
    code: 'unsupported',
    problem: 'it is a tar archive; PyTorch before 0.1.10 saved such files',
    advice: 'load it with PyTorch and save it again; a packed checkpoint must be unpacked first',
    matches: (text) =>
      text.slice(257, 262) === 'ustar' || text.startsWith('sys_info\0') || text.startsWith('./sys_info\0'),
  },
  mistaken(
    'it is a pickle that torch.save did not write',
    'load it in Python and save its tensors with torch.save or safetensors',
    (text) => /^\x80[\x02-\x05]/u.test(text),
  ),
  mistaken(
    'it holds nothing but zeros at its start',
    'the download or copy did not finish; get the file again',
    (text) => /^\0{16}/u.test(text),
  ),
  mistaken('it is a text', 'open the file with the weights instead', (text) => /^[\t\n\r\x20-\x7e]+$/u.test(text)),
];

const UNKNOWN = mistaken('its first bytes are of no format that QK Lens knows', READS, () => true);

/** The error for a file that no format recognised: what it is in fact, and what would help. */
export function notACheckpoint(head: Uint8Array, source: ByteSource): CheckpointError {
  if (source.size === 0) {
    return new CheckpointError(
      'empty',
      source.name,
      'the file is empty',
      'the download or save did not finish; get it again',
    );
  }
  const text = String.fromCharCode(...head);
  const name = source.name.toLowerCase();
  const kind = KINDS.find((candidate) => candidate.matches(text, name)) ?? UNKNOWN;
  return new CheckpointError(kind.code, source.name, kind.problem, kind.advice);
}
