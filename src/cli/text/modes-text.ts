import { fixed } from '../../core/text/numbers.js';
import type { AblationResult } from '../commands/modes-ablation.js';
import { changeLine, topLines } from './attention-text.js';

/** What the text tells of. */
interface ModesResult {
  readonly basis: string;
  readonly layer: number;
  readonly head: number;
  readonly modes: readonly {
    readonly index: number;
    readonly sigma: number;
    readonly cos: number | null;
    readonly shareOfScore: number | null;
    readonly shareOfModes: number | null;
    readonly block: readonly [number, number] | null;
  }[];
  readonly keyBias: { readonly contribution: number; readonly shareOfScore: number | null };
  readonly scoreVariance: number;
  readonly ablation?: AblationResult;
}

/** Columns of the longest bar. */
const WIDEST = 24;

/** The modes of one head on a picture for reading, the largest contribution first. */
export function modesText(title: string, result: ModesResult): string {
  const { basis, layer, head, modes, keyBias, scoreVariance, ablation } = result;
  return [
    `${title}, layer ${layer}, head ${head}, ${basis} basis: the score varies by ${fixed(scoreVariance, 4)} (variance over the patches)`,
    '',
    '   mode     sigma    cos  of score  of modes',
    ...modes.map(({ index, sigma, cos, shareOfScore, shareOfModes, block }) => {
      const name = block === null ? String(index) : `${block[0]}–${block[1]}`;
      const bar = '█'.repeat(Math.round(Math.min(1, shareOfModes ?? 0) * WIDEST));
      const cells = [name.padStart(7), fixed(sigma, 3).padStart(9), fixed(cos, 2).padStart(6)];
      return [...cells, share(shareOfScore), share(shareOfModes), ` ${bar}`].join(' ').trimEnd();
    }),
    `${'key bias'.padStart(24)} ${share(keyBias.shareOfScore)}`,
    ...(ablation === undefined ? [] : ['', ...ablationLines(ablation)]),
    '',
  ].join('\n');
}

function share(value: number | null): string {
  return (value === null ? '–' : `${fixed(100 * value, 1)} %`).padStart(9);
}

function ablationLines(ablation: AblationResult): string[] {
  const { modes, topBefore, topAfter } = ablation;
  const classes =
    topBefore === null || topAfter === null ? [] : ['before', ...topLines(topBefore), 'after', ...topLines(topAfter)];
  return [changeLine(`without ${modes.length === 1 ? 'mode' : 'modes'} ${modes.join(', ')}`, ablation), ...classes];
}
