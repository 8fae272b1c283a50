import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import { DTYPES, isDType, type DType } from '../../tensors/dtype.js';
import type { Setting, TensorEntry, TensorIndex } from '../../tensors/tensor-index.js';
import { Cursor } from '../cursor.js';
import type { CheckpointFormat } from '../format.js';
import { jaxNames } from '../jax-names.js';
import { beyondLimit, malformed } from '../problem.js';
import { addSetting } from '../settings.js';
import { checkedElementCount } from '../shape.js';
import { joinedArray, CHUNKED_MARK } from './chunked.js';
import { ValueReader } from './values.js';

/** Dictionaries inside each other: optimisers nest some ten around a model. */
const MAX_DEPTH = 100;
/** Values of all kinds; a training state of 100,000 arrays has some 400,000. */
const MAX_VALUES = 2_000_000;
const MAX_TENSORS = 200_000;
const MAX_PATH = 4_096;
/** Extensions of flax.serialization: an array, a complex number, a number of NumPy. */
const ARRAY = 1;
const COMPLEX = 2;
const SCALAR = 3;

const IS_SIZE = /\/shape\/\d{1,2}$/u;

/** NumPy's names of element types that are not the label of one. */
const TYPES: ReadonlyMap<string, DType> = new Map<string, DType>([
  ...Object.entries(DTYPES).flatMap(([name, { label }]) => (isDType(name) ? [[label, name] as const] : [])),
  ['float8_e4m3fn', 'F8_E4M3'],
  ['float8_e5m2', 'F8_E5M2'],
  ['float8_e4m3fnuz', 'F8_E4M3FNUZ'],
  ['float8_e5m2fnuz', 'F8_E5M2FNUZ'],
]);

/** Goes through a Flax file and notes where its arrays lie. */
class FlaxReader {
  readonly tensors: TensorEntry[] = [];
  readonly settings = new Map<string, Setting>();
  readonly #values: ValueReader;
  /** Shapes that are written as dictionaries. */
  readonly #sizes = new Map<string, number>();
  #count = 0;

  constructor(readonly cursor: Cursor) {
    this.#values = new ValueReader(cursor);
  }

  get #file(): string {
    return this.cursor.source.name;
  }

  async value(path: string, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) throw beyondLimit(this.#file, l10n.t('its dictionaries are nested too deeply'));
    if (++this.#count > MAX_VALUES)
      throw beyondLimit(this.#file, l10n.t('it holds more than {0} values', groupDigits(MAX_VALUES)));
    const what = (): string => (path === '' ? l10n.t('the value') : quoteName(path));
    const start = await this.#values.start(what);
    switch (start.kind) {
      case 'map':
        return this.#map(path, start.length, depth);
      case 'array':
        this.cursor.check(start.length, what);
        for (let index = 0; index < start.length; index++) await this.value(join(path, String(index)), depth + 1);
        return;
      case 'extension':
        return this.#extension(path, start.type, start.length);
      case 'text':
        this.cursor.check(start.length, what);
        if (start.length > MAX_PATH) this.cursor.skip(start.length, what);
        else addSetting(this.settings, path, await this.#values.text(start.length, what));
        return;
      case 'bytes':
        this.cursor.skip(start.length, what);
        return;
      case 'plain':
        if (typeof start.value === 'number' && IS_SIZE.test(path)) this.#sizes.set(path, start.value);
        else if (start.value !== null && !path.endsWith(CHUNKED_MARK)) addSetting(this.settings, path, start.value);
    }
  }

  async #map(path: string, length: number, depth: number): Promise<void> {
    // Each entry takes two bytes and more.
    this.cursor.check(2 * length, () => l10n.t('the dictionary {0}', quoteName(path)));
    const before = this.tensors.length;
    const keys = new Set<string>();
    for (let index = 0; index < length; index++) {
      const key = await this.#key(path);
      if (keys.has(key))
        throw malformed(
          this.#file,
          l10n.t('the dictionary {0} has the key {1} twice', quoteName(path), quoteName(key)),
        );
      keys.add(key);
      await this.value(join(path, key), depth + 1);
    }
    if (!keys.has(CHUNKED_MARK)) return;
    const pieces = this.tensors.splice(before);
    const joined = joinedArray(path, pieces, this.#sizes, this.#file);
    this.tensors.push({ ...joined, ...jaxNames(path) });
  }

  async #key(path: string): Promise<string> {
    const what = (): string => l10n.t('a key of {0}', quoteName(path === '' ? l10n.t('the dictionary') : path));
    const start = await this.#values.start(what);
    if (start.kind === 'text') return this.#values.text(start.length, what);
    if (start.kind === 'plain') return String(start.value);
    throw malformed(this.#file, l10n.t('{0} is neither text nor number', what()));
  }

  async #extension(path: string, type: number, length: number): Promise<void> {
    const end = this.cursor.at + length;
    if (type === ARRAY) await this.#array(path, end);
    else if (type !== SCALAR && type !== COMPLEX) {
      const problem = l10n.t('{0} is an extension of the unknown type {1}', quoteName(path), type);
      throw new CheckpointError(
        'unsupported',
        this.#file,
        problem,
        l10n.t('save the parameters with flax.serialization'),
      );
    }
    this.cursor.at = end;
  }

  /** The content of an array: (shape, name of the type, bytes). */
  async #array(path: string, end: number): Promise<void> {
    const who = (): string => l10n.t('the array {0}', quoteName(path));
    const parts = await this.#values.expect('array', who);
    if (parts.length !== 3) throw malformed(this.#file, l10n.t('{0} has {1} parts in place of 3', who(), parts.length));
    const axes = await this.#values.expect('array', () => l10n.t('the shape of {0}', who()));
    this.cursor.check(axes.length, () => l10n.t('the shape of {0}', who()));
    const shape: number[] = [];
    while (shape.length < axes.length) {
      const { value } = await this.#values.expect('plain', () => l10n.t('the shape of {0}', who()));
      if (typeof value !== 'number' || !Number.isInteger(value)) {
        throw malformed(this.#file, l10n.t('{0} has a size that is no whole number', who()));
      }
      shape.push(value);
    }
    const label = await this.#values.expect('text', () => l10n.t('the type of {0}', who()));
    const name = await this.#values.text(label.length, () => l10n.t('the type of {0}', who()));
    const dtype = TYPES.get(name);
    if (dtype === undefined) {
      const problem = l10n.t('{0} is of the type {1}, which is not read', who(), quoteName(name));
      throw new CheckpointError('unsupported', this.#file, problem, l10n.t('save the parameters as float32'));
    }
    const data = await this.#values.expect('bytes', () => l10n.t('the data of {0}', who()));
    this.#add(path, dtype, shape, data.length, end);
  }

  #add(path: string, dtype: DType, shape: readonly number[], length: number, end: number): void {
    const who = (): string => l10n.t('the array {0}', quoteName(path));
    const count = checkedElementCount(shape);
    if (typeof count === 'string') throw malformed(this.#file, `${who()} ${count}`);
    const needed = count * DTYPES[dtype].bytes;
    if (needed !== length || this.cursor.at + length !== end) {
      const sizes = l10n.t('{0} bytes by its shape, {1} present', groupDigits(needed), groupDigits(length));
      throw malformed(this.#file, l10n.t('{0} contradicts itself: {1}', who(), sizes));
    }
    if (this.tensors.length === MAX_TENSORS) {
      throw beyondLimit(this.#file, l10n.t('it holds more than {0} arrays', groupDigits(MAX_TENSORS)));
    }
    const name = path === '' ? 'array' : path;
    const place = { strides: null, file: 0, offset: this.cursor.at, byteLength: length } as const;
    this.tensors.push({ name, ...jaxNames(name), dtype, shape, ...place });
  }
}

function join(path: string, key: string): string {
  return (path === '' ? key : `${path}/${key}`).slice(0, MAX_PATH);
}

async function open(source: ByteSource): Promise<TensorIndex> {
  const reader = new FlaxReader(new Cursor(source));
  await reader.value('', 0);
  const { cursor, tensors, settings } = reader;
  if (cursor.left > 0) {
    throw malformed(source.name, l10n.t('{0} bytes stand behind the end of its dictionary', groupDigits(cursor.left)));
  }
  if (tensors.length === 0) {
    throw new CheckpointError(
      'not-a-checkpoint',
      source.name,
      l10n.t('it holds no arrays'),
      l10n.t('choose the file with the weights'),
    );
  }
  return { format: 'flax-msgpack', files: [source.name], tensors, settings, warnings: [] };
}

/** What flax.serialization writes: dictionaries in msgpack, arrays as an extension. */
export const flax: CheckpointFormat = {
  ids: ['flax-msgpack'],
  label: 'Flax msgpack',
  probe(head) {
    const [first = 0] = head;
    const key = first === 0xde ? head.subarray(3) : first === 0xdf ? head.subarray(5) : head.subarray(1);
    const isMap = (first >= 0x81 && first <= 0x8f) || first === 0xde || first === 0xdf;
    // The first key is a text of at least one printable character.
    const [code = 0, length = 0] = key;
    const isText = (code >= 0xa1 && code <= 0xbf) || (code === 0xd9 && length > 0);
    const letter = code === 0xd9 ? key[2] : key[1];
    return isMap && isText && letter !== undefined && letter >= 0x20 && letter < 0x7f;
  },
  open: (source) => open(source),
};
