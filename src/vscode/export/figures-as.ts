import type { Basis } from '../../core/analysis/figures.js';
import { possibleBasis } from '../../core/analysis/model-figures.js';
import type { Model } from '../../core/model/model.js';
import type { Analysis, Engine } from '../../host/engine/contract.js';
import type { FiguresForm } from '../../protocol/figures-file.js';
import type { Focus } from '../../protocol/panel.js';
import type { Opened } from '../session/opened.js';
import { provenanceOf } from './provenance.js';

/** Finished figures, and what they are of. */
export interface FinishedFigures {
  readonly opened: Opened;
  readonly model: Model;
  readonly analysis: Analysis;
  /** Time that the analysis took. */
  readonly elapsedMs: number;
  /** Gives the figures in the other basis. */
  readonly analyse: (focus: Focus) => Promise<Analysis>;
  readonly engine: Pick<Engine, 'figuresText'>;
  readonly version: string;
  /** Folder of the built bundles. */
  readonly bundles: string;
}

/** The figures as the text of a file, made in a worker: those of a large model would block the extension host. */
export async function figuresAs(form: FiguresForm, finished: FinishedFigures): Promise<string> {
  const { opened, model, analysis, elapsedMs, version, bundles, engine } = finished;
  const { figures, bytesRead } = analysis;
  const told = { version, command: 'analyze', warnings: figures.warnings, totalMs: elapsedMs, bytesRead };
  const other = form === 'html' ? await inOtherBasis(finished) : null;
  return engine.figuresText(
    {
      form,
      provenance: provenanceOf(opened, told),
      file: opened.card,
      model,
      analyses: other === null ? [analysis] : [analysis, other],
      bundles,
    },
    new AbortController().signal,
  );
}

/** For the switch of a page; null where the model has one basis. */
async function inOtherBasis({ model, analysis, analyse }: FinishedFigures): Promise<Analysis | null> {
  const other: Basis = analysis.figures.basis === 'folded' ? 'raw' : 'folded';
  return possibleBasis(model, other) === other ? analyse({ model: model.name, basis: other }) : null;
}
