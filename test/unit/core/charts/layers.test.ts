import { describe, expect, test } from 'vitest';
import { columnCentre } from '../../../../src/core/charts/axis-columns.js';
import { FILE_THEMES } from '../../../../src/core/charts/chart-theme.js';
import { layersLayout, pickLayers, type LayerRow } from '../../../../src/core/charts/layers-layout.js';
import { layersPlot, numberedLayers } from '../../../../src/core/charts/layers-plot.js';
import { mapRows, mapSizes } from '../../../../src/core/charts/map-layout.js';
import type { Mark } from '../../../../src/core/charts/marks.js';
import { headOf, layersOf, madeHead, madeLayer } from './made-heads.js';

const layers = layersOf([
  [0.9, 0.8],
  [0.3, -0.42],
  [0.2, 0.01],
  [0.1, -0.3],
]);
const texts = (marks: readonly Mark[]): string[] => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
const plotOf = (row: LayerRow, computing = false): ReturnType<typeof layersPlot> =>
  layersPlot({ layers: row, computing, numbers: true }, layersLayout(row, 550), FILE_THEMES.dark);

describe('the layer curve', () => {
  test('has one dot a head at its value, inside its column', () => {
    const layout = layersLayout(layers, 550);
    expect(layout.dots).toHaveLength(8);
    for (const dot of layout.dots) {
      expect(dot.y).toBeCloseTo(layout.y(dot.value), 9);
      expect(Math.abs(dot.x - columnCentre(layout.columns, dot.layer))).toBeLessThanOrEqual(layout.columns.step / 2);
    }
  });

  test('names the heads furthest below their band, and none while layers are missing', () => {
    expect(layersLayout(layers, 550).names.map(({ text }) => text)).toEqual(['H1 \u22120.42', 'H1 \u22120.30']);
    expect(layersLayout([...layers.slice(0, 2), null, null], 550).names).toEqual([]);
  });

  test('makes room below for heads near -1', () => {
    expect(layersLayout(layers, 550).low).toBe(-0.66);
    expect(layersLayout(layersOf([[-0.9]]), 550).low).toBeLessThan(-1);
  });

  test('draws weighted and mean over the axis of layers', () => {
    const area = plotOf(layers).areas[0];
    const lines = area?.series.filter(({ type }) => type === 'line') ?? [];
    expect(lines.map(({ name }) => name)).toEqual(['mean', 'weighted']);
    expect(lines[1]?.data).toEqual(layers.map((layer) => [layer.index, layer.weighted]));
    expect(area?.area.x).toEqual([-0.5, 3.5]);
  });

  test('a head without a figure has no dot, a layer without one no corner', () => {
    const row = [madeLayer(0, [madeHead({ trouble: 'not-finite' })]), madeLayer(1, [headOf(0.5, 0)])];
    expect(layersLayout(row, 550).dots).toHaveLength(1);
    const line = plotOf(row).areas[0]?.series.find(({ name }) => name === 'weighted');
    expect(line?.data).toEqual([
      [0, null],
      [1, 0.5],
    ]);
  });

  test('says which layers are on their way, and nothing once it was stopped', () => {
    const row = [...layers.slice(0, 1), null, null, null];
    expect(texts(plotOf(row, true).before)).toContain('computing layers 1 to 3 \u2026');
    expect(texts(plotOf(row).before).join(' ')).not.toContain('computing');
  });

  test('a point means the dot at it, else the layer of its column', () => {
    const layout = layersLayout(layers, 550);
    const dot = layout.dots.find(({ layer, head }) => layer === 1 && head === 1);
    expect(pickLayers(layout, dot?.x ?? 0, dot?.y ?? 0)).toEqual({ layer: 1, head: 1 });
    expect(pickLayers(layout, columnCentre(layout.columns, 2), layout.height - 4)).toEqual({ layer: 2, head: null });
    expect(pickLayers(layout, 2, 50)).toBeNull();
  });

  test('narrow columns show every second number, but always the selected one', () => {
    const { columns } = layersLayout(new Array<null>(40).fill(null), 550);
    expect(numberedLayers(columns, null)).toHaveLength(20);
    expect(numberedLayers(columns, 7)).toEqual(expect.arrayContaining([7]));
    expect(numberedLayers(columns, 7)).not.toEqual(expect.arrayContaining([8]));
  });
});

describe('the map', () => {
  test('has a row a head, and blanks where a layer has fewer', () => {
    const uneven = [madeLayer(0, [headOf(0.1, 0)]), madeLayer(1, [headOf(0.2, 0), headOf(0.3, 1)]), null];
    const rows = mapRows(uneven, 0, false);
    expect(rows).toHaveLength(2);
    expect(rows[1]?.map((cell) => (cell === null || cell === 'pending' ? cell : cell.index))).toEqual([
      null,
      1,
      'pending',
    ]);
  });

  test('is as high as the model will be before any layer is there', () => {
    expect(mapRows([null, null], 6, false)).toHaveLength(6);
  });

  test('sorted, each column falls', () => {
    const rows = mapRows(layersOf([[0.1, 0.9, -0.3]]), 0, true);
    expect(rows.map(([cell]) => (cell === 'pending' ? null : cell?.weighted))).toEqual([0.9, 0.1, -0.3]);
  });

  test('numbers stand in cells that have room', () => {
    expect(mapSizes(6, layersLayout(new Array<null>(12).fill(null), 550).columns).numbers).toBe(true);
    expect(mapSizes(16, layersLayout(new Array<null>(24).fill(null), 550).columns)).toMatchObject({
      numbers: false,
      cellHeight: 15,
    });
  });
});
