import * as vscode from 'vscode';
import { lookupOf } from '../../core/source/match/lookup.js';
import type { ClassMatch } from '../../core/source/contract.js';
import { verdictText } from '../../core/analysis/verdict.js';
import type { Config } from '../config.js';
import { COMMANDS } from '../manifest/commands.js';
import type { Figures } from './figures.js';
import type { KnownMatch } from './known.js';
import { figuresLens, layersLens } from './lens-text.js';
import { layersOf, type ModelPlaces } from './model-places.js';
import { numberProblems } from './number-problems.js';
import { editorRange } from './places.js';
import type { ResolvedLink, SourceIndex } from './source-index.js';

/** What the lenses are made with. */
export interface LensParts {
  readonly index: SourceIndex;
  readonly figures: Figures;
  readonly config: Config;
}

/** Lines over classes with attention and over calls that name a checkpoint. */
export class SourceLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #parts: LensParts;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(parts: LensParts) {
    this.#parts = parts;
    const fire = (): void => this.#changed.fire();
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      parts.index.onDidChange(fire),
      parts.figures.onDidChange(fire),
      parts.config.onDidChange((changed) => {
        if (changed.has('codeLens')) fire();
      }),
    );
  }

  async provideCodeLenses(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<vscode.CodeLens[]> {
    const { index, config } = this.#parts;
    if (!config.get('codeLens')) return [];
    if (!(await index.settled(document)) || token.isCancellationRequested) return [];
    return [...this.#overClasses(document), ...this.#overLinks(document)];
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #overClasses(document: vscode.TextDocument): vscode.CodeLens[] {
    const { index } = this.#parts;
    const key = index.texts.get(document)?.key;
    if (key === undefined) return [];
    const seen = new Set<string>();
    return index.matchesOf(document).flatMap((known) =>
      lookupOf(known.match)
        .classesIn(key)
        .flatMap((one) => {
          const places = layersOf(one, known.inspection.recognition);
          const place = `${String(one.range.start.line)} ${one.name}`;
          if (places === null || seen.has(place)) return [];
          seen.add(place);
          return this.#overClass(one, known, places);
        }),
    );
  }

  #overClass(one: ClassMatch, { uri, name, inspection }: KnownMatch, places: ModelPlaces): vscode.CodeLens[] {
    const { figures } = this.#parts;
    const { model, layers } = places;
    if (figures.isComputing(uri, inspection, model)) return [];
    const range = editorRange(one.nameRange);
    const analysis = figures.get(inspection, model);
    const show = (title: string, tooltip: string): vscode.CodeLens =>
      new vscode.CodeLens(range, {
        command: COMMANDS.showInPanel,
        title,
        tooltip,
        arguments: [uri.toString(), model.name, layers[0]?.index ?? null, null],
      });
    if (analysis === null) {
      const analyse = {
        command: COMMANDS.analyse,
        title: vscode.l10n.t('analyse'),
        arguments: [uri.toString(), model.name],
      };
      return [show(layersLens(layers), name), new vscode.CodeLens(range, { ...analyse, tooltip: name })];
    }
    const inside = new Set(layers.map(({ index }) => index));
    const own = analysis.figures.layers.filter(({ index }) => inside.has(index));
    return [show(figuresLens(own), `${name}\n${verdictText(analysis.verdict)}`)];
  }

  #overLinks(document: vscode.TextDocument): vscode.CodeLens[] {
    const { index } = this.#parts;
    const problems = numberProblems(index, document);
    return index.links(document).flatMap((resolved): vscode.CodeLens[] => {
      const { uri, link } = resolved;
      const file = uri === null ? null : index.named(uri);
      if (uri === null || file === null) return [];
      const wrong = problems.find((problem) => problem.link === resolved && problem.isHeads);
      const title =
        wrong === undefined
          ? vscode.l10n.t('QK: open {0}', file.name)
          : vscode.l10n.t('QK: {0} heads here, {1} in {2}', wrong.number.value, wrong.actual, file.name);
      return [lensOver(resolved, title, uri, link.target)];
    });
  }
}

function lensOver({ link }: ResolvedLink, title: string, uri: vscode.Uri, tooltip: string): vscode.CodeLens {
  const args = [uri.toString(), null, null, null];
  return new vscode.CodeLens(editorRange(link.callRange), {
    command: COMMANDS.showInPanel,
    title,
    tooltip,
    arguments: args,
  });
}
