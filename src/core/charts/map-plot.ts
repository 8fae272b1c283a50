import * as l10n from '@vscode/l10n';
import type { HeadFigures } from '../analysis/figures.js';
import type { ChartTheme } from './chart-theme.js';
import { cellNumber } from './format.js';
import type { LayersLayout } from './layers-layout.js';
import { valueText } from './layers-plot.js';
import type { MapCell, MapSizes } from './map-layout.js';
import { AXIS_TEXT, axisText, denseText, uprightLine, type Mark, type RectMark } from './marks.js';
import type { Plot } from './plot.js';
import { inkOn, similarityColour } from './similarity-scale.js';
import { direction } from './words.js';

/** The map of layers and heads for a picture; in the panel it is a grid of its own, with focus and roles. */
export function mapPlot(
  rows: readonly (readonly MapCell[])[],
  sizes: MapSizes,
  layout: LayersLayout,
  theme: ChartTheme,
): Plot {
  const { columns } = layout;
  const marks = rows.flatMap((row, index): Mark[] => {
    const y = index * (sizes.cellHeight + columns.gap);
    const name = axisText(0, y + sizes.cellHeight / 2, `H${String(index)}`, theme);
    const cells = row.flatMap((cell, layer) => {
      const box = {
        kind: 'rect',
        x: columns.left + columns.step * layer,
        y,
        width: columns.cell,
        height: sizes.cellHeight,
        radius: 2,
      } as const;
      return cell === null ? [] : cellMarks(cell, box, sizes.numbers, theme);
    });
    return [name, ...cells];
  });
  return { width: columns.width, height: sizes.height, areas: [], behind: marks, before: [] };
}

function cellMarks(cell: HeadFigures | 'pending', box: RectMark, number: boolean, theme: ChartTheme): Mark[] {
  if (cell === 'pending') return [{ ...box, stroke: theme.grid }];
  const side = direction(cell.weighted, cell.weightedBand);
  const colour = side === 'neither' ? theme.scale.neutral : similarityColour(theme.scale, cell.weighted ?? 0);
  const marks: Mark[] = [{ ...box, fill: colour }];
  if (number) {
    marks.push({
      kind: 'text',
      x: box.x + box.width / 2,
      y: box.y + box.height / 2,
      text: cellNumber(cell.weighted),
      size: AXIS_TEXT,
      fill: side === 'neither' ? theme.muted : inkOn(colour),
      align: 'center',
    });
  }
  return marks;
}

/** The scale with its ends named. */
export function keyPlot(left: number, theme: ChartTheme): Plot {
  const width = 300;
  const start = left + 62;
  const x = (at: number): number => start + ((at + 1) / 2) * width;
  const marks: Mark[] = [denseText(start - 6, 10, l10n.t('dissimilar'), theme, 'right')];
  for (let slice = 0; slice < width; slice += 2) {
    const fill = similarityColour(theme.scale, (slice + 1) / (width / 2) - 1);
    marks.push({ kind: 'rect', x: start + slice, y: 6, width: 2.2, height: 8, fill });
  }
  for (const at of [-1, -0.5, 0, 0.5, 1]) {
    marks.push(uprightLine(x(at), 14, 17, theme.muted));
    marks.push(denseText(x(at), 24, valueText(at), theme, 'center'));
  }
  marks.push(denseText(start + width + 6, 10, l10n.t('similar'), theme));
  return { width: start + width + 60, height: 30, areas: [], behind: marks, before: [] };
}
