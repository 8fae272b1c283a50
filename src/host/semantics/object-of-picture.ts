import * as l10n from '@vscode/l10n';
import { foreground } from '../../core/analysis/keypoints/foreground.js';
import type { Warning } from '../../core/errors.js';
import type { LoadedModel } from '../../protocol/inference.js';
import { LABELS } from '../image-lab/labels.js';

/** Patches of the object, and what is to be said of where that is from. */
export interface ObjectOfPicture {
  /** 1 for patches of the object; null where there is none to be had. */
  readonly object: Uint8Array | null;
  readonly warnings: readonly Warning[];
}

/** 1 for patches of the object of a mask. @param labels of the patches */
export function objectOfLabels(labels: Int32Array): Uint8Array {
  return Uint8Array.from(labels, (label) => Number(label === LABELS.target));
}

/** The patches that the final tokens set apart, where there is no mask. @param tokens final tokens, (tokens, width); undefined where the graph gives none */
export function objectFromTokens(
  tokens: Float32Array | undefined,
  { prefixTokens, width, grid }: Pick<LoadedModel, 'prefixTokens' | 'width' | 'grid'>,
): ObjectOfPicture {
  const object = tokens === undefined ? null : foreground(tokens.subarray(prefixTokens * width), grid);
  const message =
    tokens === undefined
      ? l10n.t('The graph of the file gives no final tokens, so they set no object apart.')
      : object === null
        ? l10n.t('The final tokens of all patches are alike, so they set no object apart.')
        : l10n.t(
            'Without a mask, the object is taken to be the {0} patches that the final tokens set apart.',
            object.filter((own) => own === 1).length,
          );
  return { object, warnings: [{ code: 'object-from-tokens', message }] };
}
