import * as v from 'valibot';
import type { ChoiceStore } from '../session/choices.js';

const linkSchema = v.object({
  /** Class, or name of a model in a call such as `create_model`. */
  name: v.string(),
  /** File of the class as the sources name it; null for every file. */
  file: v.nullable(v.string()),
  /** Address of the checkpoint. */
  checkpoint: v.string(),
});

/** A class, or the name of a model, that somebody linked to a checkpoint. */
export type ClassLink = v.InferOutput<typeof linkSchema>;

const storedSchema = v.array(linkSchema);

/** More links than a workspace has models; those made longest ago are forgotten. */
const MAX_LINKS = 100;

const KEY = 'sourceLinks';

/** Links that were made by the command; remembered in the workspace. */
export class ClassLinks {
  readonly #store: ChoiceStore;

  constructor(store: ChoiceStore) {
    this.#store = store;
  }

  get all(): readonly ClassLink[] {
    const stored = v.safeParse(storedSchema, this.#store.get(KEY));
    return stored.success ? stored.output : [];
  }

  /** Links a class; null takes its link away. */
  async set(name: string, file: string, checkpoint: string | null): Promise<void> {
    const others = this.all.filter((link) => link.name !== name || link.file !== file);
    const next = checkpoint === null ? others : [...others, { name, file, checkpoint }];
    await this.#store.update(KEY, next.slice(-MAX_LINKS));
  }
}

/**
 * A link out of the setting: its key is `Class`, `path/to/file.py:Class` or the name of a model.
 * @returns the class and the end of its file's path, null where the key names no file
 */
export function splitLinkKey(key: string): { readonly name: string; readonly file: string | null } {
  const colon = key.lastIndexOf(':');
  return colon <= 0 ? { name: key, file: null } : { name: key.slice(colon + 1), file: key.slice(0, colon) };
}

/** True where a link is about a file: the same address, or a path that it ends in. */
export function isLinkOf(link: Pick<ClassLink, 'file'>, file: string): boolean {
  return link.file === null || link.file === file || file.endsWith(`/${link.file.replaceAll('\\', '/')}`);
}
