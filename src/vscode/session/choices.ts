import * as v from 'valibot';

const choicesSchema = v.object({
  heads: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  named: v.exactOptional(v.object({ query: v.string(), key: v.string() })),
  model: v.exactOptional(v.string()),
  basis: v.exactOptional(v.picklist(['folded', 'raw'])),
  /** Path of the base model over which an adapter is shown. */
  base: v.exactOptional(v.string()),
  /** Path of the picture that was shown; null when it was closed. */
  image: v.exactOptional(v.nullable(v.string())),
  /** Assumptions that are not to be asked about again. */
  kept: v.exactOptional(v.array(v.picklist(['heads', 'patch', 'image-size', 'norm', 'layout', 'other']))),
});

/** What a person said about one checkpoint; remembered in the workspace. */
export type Choices = v.InferOutput<typeof choicesSchema>;

const storedSchema = v.array(v.tuple([v.string(), choicesSchema]));

/** More checkpoints than one works with at a time; those touched longest ago are forgotten. */
const MAX_REMEMBERED = 200;

/** Where choices are kept: the part of `vscode.Memento` that is needed. */
export interface ChoiceStore {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'choices';

/** Choices by checkpoint: path and hash of the header, so that another model under the same name asks anew. */
export class ChoiceMemory {
  readonly #store: ChoiceStore;

  constructor(store: ChoiceStore) {
    this.#store = store;
  }

  get(path: string, headerHash: string): Choices {
    return this.#entries().get(entryKey(path, headerHash)) ?? {};
  }

  async set(path: string, headerHash: string, choices: Choices): Promise<void> {
    const entries = this.#entries();
    entries.delete(entryKey(path, headerHash));
    entries.set(entryKey(path, headerHash), choices);
    await this.#store.update(KEY, [...entries].slice(-MAX_REMEMBERED));
  }

  #entries(): Map<string, Choices> {
    const stored = v.safeParse(storedSchema, this.#store.get(KEY));
    return new Map(stored.success ? stored.output : []);
  }
}

const entryKey = (path: string, headerHash: string): string => `${headerHash} ${path}`;
