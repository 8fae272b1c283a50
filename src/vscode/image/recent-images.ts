import * as v from 'valibot';
import type { ChoiceStore } from '../session/choices.js';

const KEY = 'recentImages';

/** Pictures that the list offers again. */
const MAX_RECENT = 10;

const schema = v.array(v.string());

/** Paths of the pictures that were opened last, the newest first; kept in the workspace. */
export class RecentImages {
  readonly #store: ChoiceStore;

  constructor(store: ChoiceStore) {
    this.#store = store;
  }

  get paths(): readonly string[] {
    const stored = v.safeParse(schema, this.#store.get(KEY));
    return stored.success ? stored.output.slice(0, MAX_RECENT) : [];
  }

  async add(path: string): Promise<void> {
    await this.#store.update(KEY, [path, ...this.paths.filter((other) => other !== path)].slice(0, MAX_RECENT));
  }
}
