import * as vscode from 'vscode';
import type { Basis } from '../../core/analysis/figures.js';
import { possibleBasis } from '../../core/analysis/model-figures.js';
import type { Model } from '../../core/model/model.js';
import type { Analysis, Engine, Inspection } from '../../host/engine/contract.js';
import type { Sessions } from '../editor/sessions.js';
import type { Log } from '../log.js';

/** Figures of this many models are kept; more than one looks at in an hour. */
const MAX_KEPT = 24;

/** What the figures come from. */
export interface FiguresParts {
  readonly engine: Pick<Engine, 'analyze' | 'recall'>;
  readonly sessions: Pick<Sessions, 'get' | 'onDidChange'>;
  readonly log: Log;
}

/** Finished figures as far as they are at hand: of open panels, kept on disk, or computed because somebody asked. */
export class Figures implements vscode.Disposable {
  readonly #parts: FiguresParts;
  readonly #kept = new Map<string, Analysis | null>();
  readonly #computing = new Set<string>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #stop = new AbortController();
  readonly #subscription: vscode.Disposable;

  /** Fires when there are figures that were not there before. */
  readonly onDidChange = this.#changed.event;

  constructor(parts: FiguresParts) {
    this.#parts = parts;
    this.#subscription = parts.sessions.onDidChange((uri) => this.#learn(uri));
  }

  /** The finished analysis, if it is at hand; folded where there is a norm. */
  get(inspection: Inspection, model: Model): Analysis | null {
    return this.#kept.get(keyOf(inspection, model)) ?? null;
  }

  /** True while a panel or a command computes them. */
  isComputing(uri: vscode.Uri, inspection: Inspection, model: Model): boolean {
    const runs = this.#parts.sessions.get(uri)?.runs ?? [];
    const runsNow = runs.some(({ focus, status }) => focus.model === model.name && status === 'running');
    return runsNow || this.#computing.has(keyOf(inspection, model));
  }

  /** Looks for figures that are kept on disk, once for each state of a file; computes nothing. */
  async look(inspection: Inspection): Promise<void> {
    for (const model of inspection.recognition.models) {
      const key = keyOf(inspection, model);
      if (this.#kept.has(key)) continue;
      this.#keep(key, null);
      try {
        const request = { inspection, model: model.name, basis: basisOf(model) };
        const analysis = await this.#parts.engine.recall(request, this.#stop.signal);
        if (analysis !== null) this.#keep(key, analysis);
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#parts.log.info(`Kept figures could not be read: ${String(error)}`);
      }
    }
  }

  /** Computes the figures of a model, with progress in the status bar. */
  async analyse(inspection: Inspection, model: Model, fileName: string): Promise<void> {
    const key = keyOf(inspection, model);
    if (this.#computing.has(key)) return;
    this.#computing.add(key);
    this.#changed.fire();
    const title = vscode.l10n.t('QK Lens: analysing {0}', fileName);
    try {
      await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async (progress) => {
        const onLayer = ({ index }: { index: number }): void =>
          progress.report({ message: vscode.l10n.t('layer {0} of {1}', index + 1, model.layers.length) });
        const request = { inspection, model: model.name, basis: basisOf(model), have: [] };
        this.#keep(key, await this.#parts.engine.analyze(request, { onLayer }, this.#stop.signal));
      });
    } finally {
      this.#computing.delete(key);
      if (!this.#stop.signal.aborted) this.#changed.fire();
    }
  }

  dispose(): void {
    this.#stop.abort();
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  /** Takes over what a panel computed, which stays when the panel is closed. */
  #learn(uri: vscode.Uri): void {
    const session = this.#parts.sessions.get(uri);
    const inspection = session?.opened?.inspection;
    for (const { focus, status, analysis } of session?.runs ?? []) {
      const model = inspection?.recognition.models.find(({ name }) => name === focus.model);
      if (inspection === undefined || model === undefined) continue;
      if (status !== 'done') this.#changed.fire();
      const key = keyOf(inspection, model);
      const isNews = analysis !== null && this.#kept.get(key) !== analysis;
      if (isNews && focus.basis === basisOf(model)) this.#keep(key, analysis);
    }
  }

  #keep(key: string, analysis: Analysis | null): void {
    this.#kept.delete(key);
    this.#kept.set(key, analysis);
    for (const oldest of [...this.#kept.keys()].slice(0, -MAX_KEPT)) this.#kept.delete(oldest);
    if (analysis !== null) this.#changed.fire();
  }
}

const basisOf = (model: Model): Basis => possibleBasis(model, 'folded');

/** Same state of a file, same model with the same heads: same figures. */
function keyOf({ source: { path, identity } }: Inspection, { name, layers }: Model): string {
  const heads = layers.map((layer) => layer.heads).join();
  return JSON.stringify([path, identity, name, heads]);
}
