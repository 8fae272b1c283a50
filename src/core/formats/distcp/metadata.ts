import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import { beyondLimit, malformed } from '../problem.js';
import { TorchMeaning } from '../torch/meaning.js';
import { PickleInput } from '../torch/pickle/input.js';
import { isKind, type PickleValue } from '../torch/pickle/values.js';
import { runPickle } from '../torch/run-pickle.js';

/** A part of a tensor and where it was saved: an archive of its own inside a file. */
export interface SavedPart {
  readonly start: readonly number[];
  readonly shape: readonly number[];
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** A tensor of a distributed checkpoint. */
export interface SavedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parts: readonly SavedPart[];
}

/** Parts of all tensors together: a thousand tensors on a hundred machines. */
const MAX_PARTS = 200_000;

/** Attributes of an object of a data class. */
function attributes(value: PickleValue | undefined): ReadonlyMap<PickleValue, PickleValue> | null {
  if (!isKind(value, 'record')) return null;
  const [state] = value.state;
  return isKind(state, 'dict') ? state.entries : null;
}

function entriesOf(value: PickleValue | undefined): ReadonlyMap<PickleValue, PickleValue> | null {
  return isKind(value, 'dict') ? value.entries : null;
}

function sizes(value: PickleValue | undefined): readonly number[] | null {
  if (!isKind(value, 'tuple') && !isKind(value, 'list')) return null;
  const numbers = value.items.filter((item) => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0);
  return numbers.length === value.items.length ? numbers.filter((item) => typeof item === 'number') : null;
}

/** Where a part lies, by the tensor's name and the part's position. */
type Places = ReadonlyMap<string, Pick<SavedPart, 'file' | 'offset' | 'length'>>;

function placeKey(name: string, start: readonly number[]): string {
  return `${start.join(' ')}\n${name}`;
}

function readPlaces(storage: ReadonlyMap<PickleValue, PickleValue>, file: string): Places {
  const places = new Map<string, Pick<SavedPart, 'file' | 'offset' | 'length'>>();
  for (const [key, value] of storage) {
    const index = attributes(key);
    const place = attributes(value);
    const name = index?.get('fqn');
    const path = place?.get('relative_path');
    const offset = place?.get('offset');
    const length = place?.get('length');
    if (
      typeof name !== 'string' ||
      typeof path !== 'string' ||
      typeof offset !== 'number' ||
      typeof length !== 'number'
    ) {
      throw malformed(file, l10n.t('its list of places is not one that PyTorch writes'));
    }
    const sound = [offset, length].every((number) => Number.isSafeInteger(number) && number >= 0);
    if (!sound)
      throw malformed(file, l10n.t('{0} is said to lie at {1}, {2} bytes long', quoteName(name), offset, length));
    const transformed = place?.get('transform_descriptors') ?? null;
    if (transformed !== null) {
      const advice = l10n.t(
        'save it without compression, or convert it with torch.distributed.checkpoint.format_utils dcp_to_torch',
      );
      throw new CheckpointError(
        'unsupported',
        file,
        l10n.t('{0} was compressed when it was saved', quoteName(name)),
        advice,
      );
    }
    places.set(placeKey(name, sizes(index?.get('offset')) ?? []), { file: path, offset, length });
  }
  return places;
}

/**
 * The tensors that the metadata of a distributed checkpoint lists; the pickle is read as data.
 * @throws CheckpointError.
 */
export function parseMetadata(bytes: Uint8Array<ArrayBuffer>, file: string): SavedTensor[] {
  const root = attributes(runPickle(new PickleInput(bytes, bytes.length), new TorchMeaning(), file));
  const listed = entriesOf(root?.get('state_dict_metadata'));
  const storage = entriesOf(root?.get('storage_data'));
  if (listed === null || storage === null)
    throw malformed(file, l10n.t('it is no metadata of a distributed checkpoint'));
  const places = readPlaces(storage, file);
  const tensors: SavedTensor[] = [];
  let count = 0;
  for (const [name, value] of listed) {
    const facts = attributes(value);
    const shape = sizes(facts?.get('size'));
    const chunks = facts?.get('chunks');
    // What has no size is a plain value, saved as a file of its own.
    if (typeof name !== 'string' || shape === null || !isKind(chunks, 'list')) continue;
    count += chunks.items.length;
    if (count > MAX_PARTS) throw beyondLimit(file, l10n.t('its tensors have more than {0} parts', MAX_PARTS));
    const parts = chunks.items.map((chunk): SavedPart => {
      const start = sizes(attributes(chunk)?.get('offsets'));
      const extent = sizes(attributes(chunk)?.get('sizes'));
      const place = start === null ? undefined : places.get(placeKey(name, start));
      if (start === null || extent === null || place === undefined) {
        throw malformed(file, l10n.t('it does not say where a part of {0} lies', quoteName(name)));
      }
      return { start, shape: extent, ...place };
    });
    tensors.push({ name, shape, parts });
  }
  return tensors;
}
