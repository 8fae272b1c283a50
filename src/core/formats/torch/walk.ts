import * as l10n from '@vscode/l10n';
import type { Setting } from '../../tensors/tensor-index.js';
import { quoteName } from '../../bytes/quote.js';
import { addSetting } from '../settings.js';
import { MAX_LISTED, MAX_NAME, MAX_NESTING, MAX_TENSORS, MAX_VISITS } from './pickle/limits.js';
import { PickleProblem } from './pickle/problem.js';
import { globalName, isKind, type PickleRecord, type PickleTensor, type PickleValue } from './pickle/values.js';

/** What a pickle holds, by dotted path. */
export interface Contents {
  readonly tensors: ReadonlyMap<string, PickleTensor>;
  readonly settings: ReadonlyMap<string, Setting>;
  /** A path at which two different tensors stand, if there is one; the first was taken. */
  readonly clash: string | null;
}

/** Name of a tensor that is the whole content of a file. */
const WHOLE = 'tensor';

/** A dictionary's key as part of a path; null for keys that are no names (tuples, objects). */
function keyText(key: PickleValue): string | null {
  if (typeof key === 'string') return key;
  return typeof key === 'number' || typeof key === 'bigint' ? String(key) : null;
}

/** What a dictionary holds. */
type Entries = ReadonlyMap<PickleValue, PickleValue>;

const NONE: ReadonlySet<PickleValue> = new Set();

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function isPlain(value: PickleValue): value is Setting {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function beyond(message: string): PickleProblem {
  return new PickleProblem(message, 'limit');
}

/**
 * Goes through the values of a pickle. Shared parts are gone through again only where they hold tensors, since each
 * path to a tensor is a name of its own (tied modules); so a pickle that refers to its parts many times over costs no
 * more than its length, and one with tensors in them ends at `MAX_TENSORS`.
 */
class Walker {
  readonly tensors = new Map<string, PickleTensor>();
  readonly settings = new Map<string, Setting>();
  clash: string | null = null;
  private listed = 0;
  private visits = 0;
  private depth = 0;
  /** What containers hold, gone through, with the number of tensors found in them; -1 for those being gone through. */
  private readonly seen = new Map<object, number>();

  visit(value: PickleValue, path: string): void {
    if (++this.visits > MAX_VISITS) throw beyond(l10n.t('more than {0} values are named', MAX_VISITS));
    if (isPlain(value)) {
      addSetting(this.settings, path, value);
    } else if (isKind(value, 'tensor')) {
      this.addTensor(value, path);
    } else if (isKind(value, 'global')) {
      addSetting(this.settings, path, globalName(value));
    } else if (isKind(value, 'dict')) {
      this.visitEntries(value.entries, path);
    } else if (isKind(value, 'record')) {
      this.visitRecord(value, path);
    } else if (isKind(value, 'list') || isKind(value, 'tuple') || isKind(value, 'set')) {
      this.visitItems(value.items, path);
    }
  }

  private enter(container: object, visit: () => void): void {
    const found = this.seen.get(container);
    // Nothing new in it, or a circle.
    if (found !== undefined && found <= 0) return;
    if (++this.depth > MAX_NESTING) throw beyond(l10n.t('nested too deeply: more than {0} levels', MAX_NESTING));
    const before = this.listed;
    this.seen.set(container, -1);
    visit();
    this.seen.set(container, this.listed - before);
    this.depth--;
  }

  private addTensor(tensor: PickleTensor, path: string): void {
    if (++this.listed > MAX_TENSORS) throw beyond(l10n.t('more than {0} tensors are named', MAX_TENSORS));
    const name = path === '' ? WHOLE : path;
    if (name.length > MAX_NAME) {
      throw beyond(l10n.t("a tensor's name has more than {0} characters: {1}", MAX_NAME, quoteName(name)));
    }
    const present = this.tensors.get(name);
    if (present === undefined) this.tensors.set(name, tensor);
    else if (present !== tensor) this.clash ??= name;
  }

  private visitEntries(entries: Entries, path: string): void {
    this.visitPart(entries, path, NONE);
  }

  private visitItems(items: readonly PickleValue[], path: string): void {
    const long = items.length > MAX_LISTED;
    this.enter(items, () => {
      items.forEach((item, index) => {
        if (!long || !isPlain(item)) this.visit(item, below(path, String(index)));
      });
    });
  }

  private visitRecord(value: PickleRecord, path: string): void {
    const { args, state, entries, items } = value;
    this.enter(value, () => {
      for (const part of state) this.visitState(value, part, path);
      if (entries !== null) this.visitEntries(entries, path);
      if (items !== null) this.visitItems(items, path);
      // An enumeration's member and the like: a class called with one plain value.
      const [only] = args;
      if (state.length === 0 && args.length === 1 && only !== undefined && isPlain(only)) {
        addSetting(this.settings, path, only);
      }
    });
  }

  private visitState(owner: PickleRecord, state: PickleValue, path: string): void {
    const attributes = isKind(state, 'dict') ? state.entries : null;
    if (attributes === null) {
      this.visit(state, path);
    } else if (isKind(attributes.get('_parameters'), 'dict')) {
      this.visitModule(attributes, path);
    } else if (owner.type?.module.startsWith('omegaconf.') === true) {
      // A configuration node keeps its value beside notes of its own.
      this.visit(attributes.get('_content') ?? attributes.get('_val') ?? null, path);
    } else {
      this.visitEntries(attributes, path);
    }
  }

  /** A pickled module: its tensors by the names that its state dict would have, its plain attributes as settings. */
  private visitModule(attributes: Entries, path: string): void {
    const transient = attributes.get('_non_persistent_buffers_set');
    const skipped = new Set(isKind(transient, 'set') ? transient.items : []);
    this.enter(attributes, () => {
      for (const part of ['_parameters', '_buffers', '_modules']) {
        const entries = attributes.get(part);
        if (isKind(entries, 'dict')) this.visitPart(entries.entries, path, part === '_modules' ? NONE : skipped);
      }
      for (const [key, value] of attributes) {
        const text = keyText(key);
        if (text !== null && !text.startsWith('_') && isPlain(value))
          addSetting(this.settings, below(path, text), value);
      }
    });
  }

  private visitPart(entries: Entries, path: string, skipped: ReadonlySet<PickleValue>): void {
    this.enter(entries, () => {
      for (const [key, value] of entries) {
        const text = keyText(key);
        if (text !== null && !skipped.has(key)) this.visit(value, below(path, text));
      }
    });
  }
}

/**
 * Finds the tensors and the plain values in what a pickle holds.
 * @throws PickleProblem `limit` for nesting, names and numbers that no model has.
 */
export function walk(root: PickleValue): Contents {
  const walker = new Walker();
  walker.visit(root, '');
  return { tensors: walker.tensors, settings: walker.settings, clash: walker.clash };
}
