import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { CONSTRUCTORS } from './constructors.js';
import { isDangerous } from './dangerous.js';
import { numpyNumbers } from './numpy-values.js';
import { storageType } from './storage-types.js';
import type { Meaning, PickleMachine } from './pickle/machine.js';
import { PickleProblem } from './pickle/problem.js';
import {
  globalName,
  isKind,
  type PickleGlobal,
  type PickleRecord,
  type PickleStorage,
  type PickleValue,
} from './pickle/values.js';

/** Different names kept for a message; a hostile pickle could name millions. */
const MAX_NOTED = 20;

function note(names: Set<string>, name: string): void {
  if (names.size < MAX_NOTED) names.add(quoteName(name));
}

function record(type: PickleGlobal | null, args: readonly PickleValue[]): PickleRecord {
  return { kind: 'record', type, args, state: [], entries: null, items: null };
}

function asGlobal(value: PickleValue): PickleGlobal | null {
  return isKind(value, 'global') ? value : null;
}

/** True for functions of PyTorch that make tensors of a kind that is not read (quantised, sparse, nested, ...). */
function makesTensor({ module, name }: PickleGlobal): boolean {
  return /^torch(\.|$)/u.test(module) && name.startsWith('_rebuild');
}

/** What names mean in a file that torch.save wrote: tensors and plain data; everything else stays an inert record. */
export class TorchMeaning implements Meaning {
  /** Dangerous functions that Python would call. */
  readonly calls = new Set<string>();
  /** Dangerous functions that are named. */
  readonly dangers = new Set<string>();
  /** Functions that make tensors of a kind that is not read. */
  readonly unread = new Set<string>();
  /** All storages by their keys, also those of tensors that are not listed. */
  readonly storages = new Map<string, PickleStorage>();
  private readonly names = new Map<string, PickleGlobal>();
  private machine: PickleMachine | null = null;

  /** Lets constructors count their work. */
  attach(machine: PickleMachine): void {
    this.machine = machine;
  }

  named(module: string, name: string): PickleValue {
    const key = `${module}\n${name}`;
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const global: PickleGlobal = { kind: 'global', module, name };
    this.names.set(key, global);
    if (isDangerous(global)) note(this.dangers, globalName(global));
    return global;
  }

  called(callee: PickleValue, args: readonly PickleValue[]): PickleValue {
    const type = asGlobal(callee);
    if (type === null || this.machine === null) return record(type, args);
    const built = CONSTRUCTORS.get(globalName(type))?.(args, this.machine);
    if (built !== undefined && built !== null) return built;
    if (isDangerous(type)) note(this.calls, globalName(type));
    if (makesTensor(type)) note(this.unread, globalName(type));
    return record(type, args);
  }

  created(type: PickleValue, args: readonly PickleValue[]): PickleValue {
    return this.called(type, args);
  }

  stated(target: PickleValue, state: PickleValue): void {
    if (isKind(target, 'record')) this.setState(target, state);
    // The byte order of a NumPy type is the second of its state values.
    else if (isKind(target, 'numpy-type') && isKind(state, 'tuple')) target.bigEndian = state.items[1] === '>';
    // The attributes of other known objects (`_metadata` of a state dict) hold nothing that is shown.
  }

  persistent(id: PickleValue): PickleValue {
    const parts = isKind(id, 'tuple') ? id.items : [];
    const [kind, type, key, , length, view] = parts;
    // Legacy files name the source of a module's class beside the class.
    if (kind === 'module' && type !== undefined) return type;
    const storage = asGlobal(type ?? null);
    if (
      kind !== 'storage' ||
      storage === null ||
      typeof key !== 'string' ||
      typeof length !== 'number' ||
      !Number.isSafeInteger(length) ||
      length < 0
    ) {
      throw new PickleProblem(l10n.t('a persistent id is not a storage'));
    }
    const elements = storageType(storage.name);
    if (elements === undefined) {
      throw new PickleProblem(
        l10n.t('a storage is of the unknown class {0}', quoteName(globalName(storage))),
        'unsupported',
      );
    }
    const whole: PickleStorage = { kind: 'storage', key, type: elements, length, start: 0 };
    this.storages.set(key, whole);
    return this.partOf(whole, view ?? null);
  }

  /** Legacy files may describe a storage as a part of another: (its own key, first element, number of elements). */
  private partOf(whole: PickleStorage, view: PickleValue): PickleStorage {
    if (!isKind(view, 'tuple')) return whole;
    const [, start, length] = view.items;
    if (
      typeof start !== 'number' ||
      typeof length !== 'number' ||
      !Number.isSafeInteger(start) ||
      !Number.isSafeInteger(length) ||
      start < 0 ||
      length < 0 ||
      start + length > whole.length
    ) {
      throw new PickleProblem(l10n.t('a part of storage {0} reaches beyond it', quoteName(whole.key)));
    }
    return { ...whole, start, length };
  }

  private setState(target: PickleRecord, state: PickleValue): void {
    const numbers = this.arrayNumbers(target, state);
    if (numbers === null) target.state.push(state);
    else target.items = numbers;
  }

  /** The numbers of a small NumPy array, whose state is (version, shape, type, Fortran order, bytes). */
  private arrayNumbers({ type }: PickleRecord, state: PickleValue): PickleValue[] | null {
    if (type?.name !== '_reconstruct' || !isKind(state, 'tuple')) return null;
    const [, , dtype, , bytes] = state.items;
    return isKind(dtype, 'numpy-type') && isKind(bytes, 'bytes') ? numpyNumbers(dtype, bytes) : null;
  }
}
