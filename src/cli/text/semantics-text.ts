import { GROUPS } from '../../core/analysis/keypoints/concentration.js';
import { fixed } from '../../core/text/numbers.js';
import type { GuidedMasks } from '../../host/semantics/guided-masks.js';
import type { PictureSemantics } from '../../host/semantics/picture-semantics.js';
import type { CurvePoint, Prompting } from '../../host/semantics/prompting.js';
import type { Spurious } from '../../host/semantics/spurious-of-picture.js';
import { changeLine, topLines } from './attention-text.js';

/** Marks of the groups none, low, middle and high. */
const MARKS = ['·', '░', '▒', '█'];

/** The keypoint analysis of a picture for reading: the groups on the grid, and a row a layer. */
export function semanticsText(title: string, result: PictureSemantics, masks: GuidedMasks | null): string {
  const { input, grid, keypoints, pass, spurious, prompting } = result;
  return [
    `${title} on ${input.size.join(' x ')} pixels, ${grid.join(' x ')} patches, ${keypoints} places with a keypoint`,
    '',
    ...groupLines(result),
    GROUPS.map((group, index) => `${MARKS[index] ?? ''} ${group}`).join('   '),
    '',
    'interrelation of patches with keypoints, in deviations from its shifts around the picture; * significant over all heads',
    ...layerLines(result),
    `${pass.significantHeads.length} of ${pass.layers.reduce((all, { heads }) => all + heads.length, 0)} heads attend between patches with keypoints more than their places explain`,
    ...(spurious === null ? [] : ['', ...spuriousLines(spurious)]),
    ...(prompting === null ? [] : ['', ...promptingLines(prompting)]),
    ...(masks === null ? [] : ['', `chances to be masked are in ${masks.file}`]),
    '',
  ].join('\n');
}

function groupLines({ grid: [rows, columns], groups }: PictureSemantics): string[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(groups.subarray(row * columns, (row + 1) * columns), (group) => (MARKS[group] ?? '').repeat(2)).join(''),
  );
}

const CELL = 8;

function layerLines({ pass }: PictureSemantics): string[] {
  const heads = Math.max(...pass.layers.map((layer) => layer.heads.length));
  const isSignificant = (layer: number, head: number): boolean =>
    pass.significantHeads.some((found) => found.layer === layer && found.head === head);
  return [
    `layer${Array.from({ length: heads }, (_, head) => `H${head}`.padStart(CELL)).join('')}`,
    ...pass.layers.map((layer) => {
      const cells = layer.heads.map(({ index, interrelation }) => {
        const mark = isSignificant(layer.index, index) ? '*' : ' ';
        return `${fixed(interrelation?.deviations ?? null, 1)}${mark}`.padStart(CELL);
      });
      return `${String(layer.index).padStart(5)}${cells.join('')}`;
    }),
  ];
}

function spuriousLines({ offRatio, log2Lift, relevance, candidates }: Spurious): string[] {
  const by = relevance === null ? '' : ` by ${relevance.kind}`;
  return [
    `off the object${by}: ${fixed(offRatio, 3)} times as relevant as even relevance; keypoints lift it by 2^${fixed(log2Lift, 3)}`,
    ...candidates.map(({ patches, weight, effect, band, z, places }) => {
      const range =
        band === null ? 'no other place' : `${fixed(band[0], 4)} to ${fixed(band[1], 4)} at ${places} other places`;
      return `  ${patches.length} patches from ${patches[0] ?? 0}, weight ${fixed(weight, 3)}: without them the output changes by ${fixed(effect, 4)} (${range}; z ${fixed(z, 1)})`;
    }),
  ];
}

function promptingLines(prompting: Prompting): string[] {
  const { band, shifts, topAfter, curve } = prompting;
  return [
    changeLine(promptWords(prompting), prompting),
    `  with the same guide elsewhere: ${bandWords(band, shifts)}`,
    ...(curve === undefined ? [] : ['', ...curveLines(curve, shifts)]),
    ...(topAfter === null ? [] : ['top classes after', ...topLines(topAfter)]),
  ];
}

/** What was done to the attention, and where. */
function promptWords({ form, guide, beta, layers, heads }: Prompting): string {
  const patches = guide === 'target' ? 'the patches of the target' : 'the patches with keypoints';
  const done = {
    bias: `with ${beta ?? 0} times the ${guide} added to the scores`,
    reweight: `with the attention multiplied by 1 + ${beta ?? 0} times the ${guide}`,
    mask: `with ${patches} masked`,
    drop: `with ${patches} taken out of all keys`,
  }[form];
  const places = [
    ...(layers === null ? [] : [`layers ${layers.join(', ')}`]),
    ...(heads === null ? [] : [`heads ${heads.join(', ')}`]),
  ];
  return places.length === 0 ? done : `${done}, in ${places.join(' and ')} alone,`;
}

function bandWords(band: Prompting['band'], shifts: number): string {
  return band === null ? 'no shifts' : `${fixed(band[0], 4)} to ${fixed(band[1], 4)} over ${shifts} shifts`;
}

function curveLines(curve: readonly CurvePoint[], shifts: number): string[] {
  return [
    'strength    change    cosine   with the guide elsewhere',
    ...curve.map(({ beta, relativeL2, cosine, band }) =>
      [
        String(beta).padStart(8),
        fixed(relativeL2, 4).padStart(9),
        fixed(cosine, 5).padStart(9),
        ` ${bandWords(band, shifts)}`,
      ].join(' '),
    ),
  ];
}
