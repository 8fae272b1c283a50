import type { WorkerOptions } from 'node:worker_threads';
import * as l10n from '@vscode/l10n';
import { isTranslations, type Translations } from '../protocol/translations.js';

/** What a thread or process is told by whoever starts it, before anything else. */
export interface Started {
  readonly translations: Translations;
}

let current: Translations | null = null;

/** Has the texts of core and host of this thread translated, and those of the threads and processes that it starts. */
export function translate(translations: Translations): void {
  current = translations;
  l10n.config({ contents: translations });
}

/** What a thread that is started is told: nothing in English. */
export function workerOptions(): WorkerOptions {
  return current === null ? {} : { workerData: { translations: current } satisfies Started };
}

/** What a process that is started is told, in a message of its own; null in English. */
export function startMessage(): Started | null {
  return current === null ? null : { translations: current };
}

/** Takes over what whoever started this thread or process told it; false when that was something else. */
export function translateAsTold(told: unknown): boolean {
  if (typeof told !== 'object' || told === null || !('translations' in told)) return false;
  if (isTranslations(told.translations)) translate(told.translations);
  return true;
}
