import * as v from 'valibot';
import type * as vscode from 'vscode';
import { verdictText } from '../../core/analysis/verdict.js';
import type { Session } from '../session/session.js';
import { depthColumns } from './depth-icon.js';

const verdictSchema = v.object({
  sizeBytes: v.number(),
  modifiedMs: v.number(),
  /** The model's name for people. */
  title: v.string(),
  columns: v.array(v.object({ value: v.nullable(v.number()), band: v.number() })),
  /** The verdict in words. */
  text: v.string(),
});

/** What is known of a checkpoint that was analysed. */
export type Verdict = v.InferOutput<typeof verdictSchema>;

const storedSchema = v.array(v.tuple([v.string(), verdictSchema]));

/** More than a workspace shows at once; those told longest ago are forgotten. */
const MAX_VERDICTS = 200;

const KEY = 'verdicts';

/** Verdicts by file, kept in the workspace so that the tree has them without any work. */
export class Verdicts {
  readonly #store: vscode.Memento;
  readonly #verdicts: Map<string, Verdict>;

  constructor(store: vscode.Memento) {
    this.#store = store;
    const stored = v.safeParse(storedSchema, store.get(KEY));
    this.#verdicts = new Map(stored.success ? stored.output : []);
  }

  get(uri: vscode.Uri): Verdict | undefined {
    return this.#verdicts.get(uri.toString());
  }

  /** Takes down what a session has found out; true when that is news. */
  learn(uri: vscode.Uri, session: Session): boolean {
    const verdict = verdictOf(session);
    const key = uri.toString();
    if (verdict === null || JSON.stringify(this.#verdicts.get(key)) === JSON.stringify(verdict)) return false;
    this.#verdicts.delete(key);
    this.#verdicts.set(key, verdict);
    void this.#store.update(KEY, [...this.#verdicts].slice(-MAX_VERDICTS));
    return true;
  }
}

/** Folded figures tell best; without a norm there are only raw ones. */
function verdictOf(session: Session): Verdict | null {
  const { opened } = session;
  const done = session.runs.filter(({ analysis }) => analysis !== null);
  const run = done.find(({ focus }) => focus.basis === 'folded') ?? done[0];
  const analysis = run?.analysis ?? null;
  if (opened === null || run === undefined || analysis === null) return null;
  const { sizeBytes, identity } = opened.inspection.source;
  return {
    sizeBytes,
    modifiedMs: identity.modifiedMs,
    title: opened.card.models.find(({ name }) => name === run.focus.model)?.title ?? '',
    columns: depthColumns(analysis.figures.layers),
    text: verdictText(analysis.verdict),
  };
}
