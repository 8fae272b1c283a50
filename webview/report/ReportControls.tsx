import type { JSX } from 'preact';
import { currentPicture } from '../app/answer-picture.js';
import { usePanel } from '../app/context.js';
import { modesTable, tabbed } from '../app/tables.js';
import { Button, IconButton } from '../lib/controls.js';
import { headEntries } from '../../src/core/charts/head-entries.js';
import { placeName } from '../../src/core/charts/format.js';
import { heads } from '../../src/core/charts/layers-layout.js';
import { pictureSvg } from '../lib/charts.js';
import { svgToPng } from '../lib/png.js';
import type { PanelState } from '../state/panel-state.js';

/** The model of the page's several ones. */
export function ModelSelect({ state }: { readonly state: PanelState }): JSX.Element | null {
  const { dispatch } = usePanel();
  const models = state.file?.models ?? [];
  if (models.length < 2) return null;
  return (
    <label class="labelled">
      <span class="label">Model</span>
      <select
        class="select"
        value={state.focus?.model ?? ''}
        onChange={(event) => {
          dispatch({ type: 'model', model: event.currentTarget.value });
        }}
      >
        {models.map(({ name, title, remark }) => (
          <option key={name} value={name}>
            {[name, title, remark].filter((words) => words !== '').join(' - ')}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Saves pictures and tables from the page itself. */
export function SaveMenu(props: { readonly state: PanelState; readonly turnTheme: () => void }): JSX.Element {
  const { state } = props;
  const { theme } = usePanel();
  const savePicture = (picture: 'layers' | 'head', as: 'svg' | 'png') => async (): Promise<void> => {
    const drawn = currentPicture(state, picture, theme);
    if (drawn === null) return;
    const svg = await pictureSvg(drawn);
    if (as === 'svg') download(`${picture}.svg`, svg, 'image/svg+xml');
    else {
      const png = await svgToPng(svg, drawn.width, drawn.height);
      if (png !== null) download(`${picture}.png`, new Uint8Array(png), 'image/png');
    }
  };
  return (
    <>
      <details class="menu">
        <summary class="button">Save…</summary>
        <div class="menu-items">
          <Button onClick={() => void savePicture('layers', 'svg')()}>Layers as SVG</Button>
          <Button onClick={() => void savePicture('layers', 'png')()}>Layers as PNG</Button>
          <Button onClick={() => void savePicture('head', 'svg')()}>Head as SVG</Button>
          <Button onClick={() => void savePicture('head', 'png')()}>Head as PNG</Button>
          <Button
            onClick={() => {
              download('modes.csv', allModes(state), 'text/csv');
            }}
          >
            All modes as CSV
          </Button>
        </div>
      </details>
      <IconButton icon="color-mode" label="Light or dark" onClick={props.turnTheme} />
    </>
  );
}

/** One line a mode of every head, in full precision. */
function allModes({ run }: PanelState): string {
  const tables = heads(run?.layers ?? []).map(({ layer, head }) => {
    const table = modesTable(head, headEntries(head, run?.layers[layer]?.modeBand ?? 1));
    return { header: ['head', ...table.header], rows: table.rows.map((row) => [placeName(layer, head.index), ...row]) };
  });
  const header = tables[0]?.header ?? [];
  return tabbed({ header, rows: tables.flatMap(({ rows }) => rows) }).replaceAll('\t', ',');
}

function download(name: string, content: string | Uint8Array<ArrayBuffer>, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download starts after this turn of the event loop.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  });
}
