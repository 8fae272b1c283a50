import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ImageCard, KeypointFigures } from '../../../src/protocol/image.js';
import { Select } from '../../lib/controls.js';
import type { Paint } from '../../lib/painted.js';
import { placeOf } from '../../state/patches.js';
import { usePanel } from '../context.js';
import { attentionPaint } from '../image/paints.js';
import { PatchPicture } from '../image/PatchPicture.js';
import type { PatchPlace } from '../image/use-patch-hover.js';
import type { ImageView } from '../image/view.js';
import { DepthChart } from './DepthChart.js';
import { groupCurves } from './group-curves.js';
import { GroupMatrix } from './GroupMatrix.js';
import { GuidedMasking } from './GuidedMasking.js';
import { InterrelationMap } from './InterrelationMap.js';
import { GROUPS } from './keypoint-words.js';
import { OffObject } from './OffObject.js';
import { Prompting } from './Prompting.js';
import { TableButtons } from './TableButtons.js';
import { TaskProgress, TaskTrouble } from './Task.js';

const BY = [
  { value: 'scale', label: l10n.t('scale') },
  { value: 'count', label: l10n.t('count') },
  { value: 'response', label: l10n.t('response') },
] as const;

/** Numbers of a keypoint in the message. */
const NUMBERS = 5;

/** Where the picture holds something, and whether attention follows it. */
export function Keypoints({ view }: { readonly view: ImageView }): JSX.Element {
  const { state, card, layer, head } = view;
  const { keypoints, interrelation, significant, progress, trouble } = state.image;
  const depth = state.run?.layers.length ?? 0;
  const curves = useMemo(
    () => (keypoints === null ? null : groupCurves(interrelation, keypoints.groups, depth)),
    [keypoints, interrelation, depth],
  );
  if (keypoints === null) {
    return (
      <>
        <TaskTrouble trouble={trouble.keypoints} />
        <TaskProgress words={l10n.t('Layer')} progress={progress.keypoints} />
        {trouble.keypoints === undefined ? <p class="muted">{l10n.t('Keypoints are on their way.')}</p> : null}
      </>
    );
  }
  const own = interrelation[layer.index]?.heads[head.index] ?? null;
  const empty = keypoints.keypoints.length === 0;
  return (
    <div class="keypoints">
      <KeypointPicture view={view} figures={keypoints} />
      {empty ? (
        <p>{l10n.t('No keypoints in this picture.')}</p>
      ) : (
        <>
          <div class="interrelation" data-copy="interrelation">
            <TaskTrouble trouble={trouble.keypoints} />
            <InterrelationMap
              layers={interrelation}
              selected={{ layer: layer.index, head: head.index }}
              significant={significant}
              shifts={Math.max(0, card.grid[0] * card.grid[1] - 1)}
            />
            <TaskProgress words={l10n.t('Layer')} progress={progress.keypoints} />
            {curves === null ? null : (
              <>
                <DepthChart chart={curves} view={view} />
                <p class="chart-caption muted">
                  {l10n.t(
                    'Mean over the heads and over all patches that ask; times even, 1 would be attention spread evenly.',
                  )}
                </p>
                <div class="buttons">
                  <TableButtons view={view} table="interrelation" />
                </div>
              </>
            )}
          </div>
          {own === null ? null : <GroupMatrix figures={own} layer={layer.index} head={head.index} />}
        </>
      )}
      <OffObject view={view} />
      {empty ? null : <Prompting key={card.id} view={view} />}
      <GuidedMasking view={view} figures={keypoints} />
    </div>
  );
}

function KeypointPicture({
  view,
  figures,
}: {
  readonly view: ImageView;
  readonly figures: KeypointFigures;
}): JSX.Element {
  const { card, token, between, state } = view;
  const { host } = usePanel();
  const { opacity } = state.view;
  const peak = useMemo(
    () => figures.concentration.reduce<number>((most, value) => Math.max(most, value), 0),
    [figures],
  );
  const paint = useMemo<Paint>(() => {
    const heat = attentionPaint(card, figures.concentration, peak, between, opacity);
    return (context, width, height) => {
      heat(context, width, height);
      circles(context, card, figures.keypoints, width);
    };
  }, [card, figures, peak, between, opacity]);
  const count = figures.keypoints.length / NUMBERS;
  const place = placeOf(card, token);
  return (
    <figure class="keypoint-figure">
      <PatchPicture
        card={card}
        label={l10n.t('{0} keypoints as circles with their direction, and their concentration per patch', count)}
        paint={paint}
        token={token}
        tip={(place) => concentrationTip(card, figures, place)}
      />
      <figcaption>
        {count === 1
          ? l10n.t('1 keypoint, concentration per patch')
          : l10n.t('{0} keypoints, concentration per patch', count)}
        {place.kind === 'patch' ? (
          <div>{concentrationTip(card, figures, [place.row, place.column]).join(', ')}</div>
        ) : null}
      </figcaption>
      <Select
        label={l10n.t('Concentration by')}
        choices={BY}
        value={figures.concentrationBy}
        onChoose={(by) => {
          host.send({ type: 'want-keypoints', image: card.id, by });
        }}
      />
    </figure>
  );
}

/** Keypoints as circles of their size, with a stroke in their direction. */
function circles(context: CanvasRenderingContext2D, card: ImageCard, keypoints: Float32Array, width: number): void {
  const scale = width / card.inputSize[1];
  for (const [line, colour] of [
    [2.6, l10n.t('rgba(0, 0, 0, 0.5)')],
    [1.1, '#ffffff'],
  ] as const) {
    context.lineWidth = (line * width) / 400;
    context.strokeStyle = colour;
    context.beginPath();
    for (let at = 0; at + NUMBERS <= keypoints.length; at += NUMBERS) {
      const [x = 0, y = 0, size = 0, angle = 0] = keypoints.subarray(at, at + NUMBERS);
      const [cx, cy, radius] = [x * scale, y * scale, (size / 2) * scale];
      const turn = (angle * Math.PI) / 180;
      context.moveTo(cx + radius, cy);
      context.arc(cx, cy, radius, 0, 2 * Math.PI);
      context.moveTo(cx, cy);
      context.lineTo(cx + radius * Math.cos(turn), cy + radius * Math.sin(turn));
    }
    context.stroke();
  }
}

function concentrationTip(card: ImageCard, figures: KeypointFigures, [row, column]: PatchPlace): string[] {
  const patch = row * card.grid[1] + column;
  const value = figures.concentration[patch] ?? 0;
  const group = GROUPS[figures.groups[patch] ?? 0] ?? GROUPS[0];
  const inside = countInside(card, figures.keypoints, row, column);
  return [
    l10n.t('row {0}, column {1}', row, column),
    l10n.t('concentration {0}, group {1}', value.toPrecision(3), group),
    l10n.t('{0} keypoint{1} in it', inside, inside === 1 ? '' : 's'),
  ];
}

function countInside(card: ImageCard, keypoints: Float32Array, row: number, column: number): number {
  const [down, across] = [card.inputSize[0] / card.grid[0], card.inputSize[1] / card.grid[1]];
  let count = 0;
  for (let at = 0; at + NUMBERS <= keypoints.length; at += NUMBERS) {
    const [x = 0, y = 0] = keypoints.subarray(at, at + 2);
    if (Math.floor(x / across) === column && Math.floor(y / down) === row) count += 1;
  }
  return count;
}
