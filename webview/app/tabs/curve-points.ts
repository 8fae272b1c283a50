import * as l10n from '@vscode/l10n';
import type { PromptPoint } from '../../../src/protocol/image.js';
import { smallPercent } from './outcome-words.js';

/** What is read off a point. */
export function pointLines({ strength, relativeL2, band }: PromptPoint): string[] {
  return [
    l10n.t('strength {0}', strength.toFixed(1)),
    relativeL2 === null ? l10n.t('the output is zero') : l10n.t('the output changes by {0}', smallPercent(relativeL2)),
    ...(band === null ? [] : [l10n.t('shifted {0} to {1}', smallPercent(band[0]), smallPercent(band[1]))]),
  ];
}

/** The same as a sentence. */
export function pointSentence(point: PromptPoint): string {
  const [first = '', ...rest] = pointLines(point);
  return `${first.replace(/^s/, 'S')}: ${rest.join(', ')}.`;
}

/** The strength of the point that a key leads to; null when nowhere. */
export function movedStrength(points: readonly PromptPoint[], from: number, key: string): number | null {
  const strengths = points.map(({ strength }) => strength);
  switch (key) {
    case 'ArrowRight':
      return strengths.find((strength) => strength > from) ?? null;
    case 'ArrowLeft':
      return strengths.filter((strength) => strength < from).at(-1) ?? null;
    case 'Home':
      return strengths[0] ?? null;
    case 'End':
      return strengths[strengths.length - 1] ?? null;
    default:
      return null;
  }
}
