import type { MatchedCheckpoint, MatchOptions, MatchOutcome, TextFacts } from '../../../core/source/contract.js';
import type { WireError } from '../../../protocol/worker.js';

/** Languages that are read: code, and configurations that may name a checkpoint. */
export type SourceLanguage = 'python' | 'yaml' | 'json';

/** Names one text: a file, or a cell of a notebook. */
export interface TextKey {
  readonly file: string;
  readonly cell: number | null;
}

/** Characters that were replaced, in UTF-16 units of the text before. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** What became of a text in the editor; told in order, before the questions that are about it. */
export type TextChange =
  | { readonly kind: 'set'; readonly key: TextKey; readonly language: SourceLanguage; readonly text: string }
  /** Edits one after the other, each on what the ones before left. */
  | { readonly kind: 'edit'; readonly key: TextKey; readonly edits: readonly TextEdit[] }
  | { readonly kind: 'remove'; readonly key: TextKey };

/** A checkpoint to match with the sources. */
export interface WantedMatch {
  /** Tells one state of a checkpoint from another. */
  readonly id: string;
  /** Its tensors; null where this worker has been told of them. */
  readonly checkpoint: MatchedCheckpoint | null;
  readonly options: MatchOptions;
}

/** The worker's tasks. */
export interface SourceTasks {
  readonly facts: { readonly params: TextKey; readonly result: TextFacts };
  readonly match: {
    readonly params: {
      /** Folders in which imports are followed. */
      readonly roots: readonly string[];
      readonly wanted: readonly WantedMatch[];
      /** Checkpoints that may be asked for again; others are forgotten. */
      readonly keep: readonly string[];
    };
    /** In the order of `wanted`. */
    readonly result: readonly MatchOutcome[];
  };
}

/** One of the worker's tasks. */
export type SourceTask = keyof SourceTasks;

/** Messages to the worker. */
export type ToSourceWorker =
  | { readonly type: 'change'; readonly change: TextChange }
  | {
      readonly [Name in SourceTask]: {
        readonly type: 'ask';
        readonly id: number;
        readonly name: Name;
        readonly params: SourceTasks[Name]['params'];
      };
    }[SourceTask];

/** What the worker answers. */
export type SourceReply<Name extends SourceTask = SourceTask> = { readonly id: number } & (
  | { readonly ok: true; readonly result: SourceTasks[Name]['result'] }
  | { readonly ok: false; readonly error: WireError }
);
