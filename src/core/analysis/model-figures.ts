import * as l10n from '@vscode/l10n';
import type { Warning } from '../errors.js';
import type { Model } from '../model/model.js';
import { freeDimensions, headMeanBand, modeBand } from './chance.js';
import type { Basis, ChanceBands, LayerFigures, ModelFigures } from './figures.js';

/** The basis in which a model can be analysed: raw where no norm feeds its attention. */
export function possibleBasis(model: Model, wanted: Basis): Basis {
  return model.layers.some((layer) => layer.norm === null) ? 'raw' : wanted;
}

/** All figures of a model from those of its layers. */
export function modelFigures(model: Model, basis: Basis, layers: readonly LayerFigures[]): ModelFigures {
  return { model: model.name, basis, bands: chanceBands(model, basis), layers, warnings: troubles(layers) };
}

function chanceBands(model: Model, basis: Basis): ChanceBands {
  const [first] = model.layers;
  if (first === undefined) return { mode: 1, headMean: 1, layerMean: 1 };
  const dimensions = freeDimensions(first.width, basis, first.norm?.kind ?? null);
  const headMean = headMeanBand(first.headSize, dimensions);
  return { mode: modeBand(dimensions), headMean, layerMean: headMean / Math.sqrt(first.heads) };
}

/** What the figures leave out, layer by layer. */
function troubles(layers: readonly LayerFigures[]): Warning[] {
  const warnings: Warning[] = [];
  for (const layer of layers) {
    const names = (trouble: string) =>
      layer.heads.filter((head) => head.trouble === trouble).map((head) => `H${String(head.index)}`);
    const broken = names('not-finite');
    if (broken.length > 0) {
      warnings.push({
        code: 'not-finite',
        message: l10n.t(
          'Layer {0}: the query or key weights of {1} hold NaN or infinity; these heads have no figures.',
          layer.index,
          broken.join(', '),
        ),
      });
    }
    const pruned = names('zero');
    if (pruned.length > 0) {
      warnings.push({
        code: 'zero-head',
        message: l10n.t(
          'Layer {0}: the query-key product of {1} is zero; these heads are pruned.',
          layer.index,
          pruned.join(', '),
        ),
      });
    }
    const narrow = layer.heads.filter((head) => head.trouble === null && head.cos.some(Number.isNaN));
    if (narrow.length > 0) {
      warnings.push({
        code: 'null-modes',
        message: l10n.t(
          'Layer {0}: {1} have modes with a singular value of zero; these have no cosine, and the heads no plain mean.',
          layer.index,
          narrow.map((head) => `H${String(head.index)}`).join(', '),
        ),
      });
    }
  }
  return warnings;
}
