import { useEffect, useRef } from 'preact/hooks';
import { entryOf, headEntries } from '../../src/core/charts/head-entries.js';
import type { PanelHost } from '../lib/host.js';
import type { PanelAction, PanelState } from '../state/panel-state.js';
import { imageTable } from './image-tables.js';
import { entryRow, headRow, modesTable, tabbed } from './tables.js';

/** Keys that work anywhere: Escape goes back, Alt+Up and Alt+Down change the head, Ctrl+C copies what is selected. */
export function useKeys(host: PanelHost, state: PanelState, dispatch: (action: PanelAction) => void): void {
  const latest = useRef(state);
  latest.current = state;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      const action = actionOf(event);
      if (action !== null) dispatch(action);
      else if (!isCopy(event)) return;
      else {
        const text = copiedText(latest.current, copyKind(document.activeElement));
        if (text === null) return;
        host.send({ type: 'copy', text });
      }
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
    };
  }, [host, dispatch]);
}

function actionOf(event: KeyboardEvent): PanelAction | null {
  if (event.key === 'Escape') return { type: 'undo' };
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  if (event.key === 'ArrowUp') return { type: 'step-head', step: -1 };
  return event.key === 'ArrowDown' ? { type: 'step-head', step: 1 } : null;
}

/** Ctrl+C where no text is marked: marked text is the browser's to copy, and so is that of a field. */
function isCopy(event: KeyboardEvent): boolean {
  const pressed =
    (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'c';
  const inField = event.target instanceof HTMLInputElement && event.target.type === 'text';
  return pressed && !inField && (getSelection()?.isCollapsed ?? true);
}

function copyKind(element: Element | null): string {
  return element?.closest('[data-copy]')?.getAttribute('data-copy') ?? 'cell';
}

/** The selected cell, the selected entry, all modes of the head, or a figure on the image, as text with tabs. */
export function copiedText(state: PanelState, kind: string): string | null {
  const onImage = imageTable(state, kind);
  if (onImage !== null) return tabbed(onImage);
  const { run, selection } = state;
  const { layer, head, entry } = selection.now;
  const row = layer === null ? null : run?.layers[layer];
  const figures = head === null ? undefined : row?.heads[head];
  if (row === null || row === undefined || figures === undefined) return null;
  if (kind === 'cell') return headRow(row.index, figures);
  const entries = headEntries(figures, row.modeBand);
  if (kind === 'modes') return tabbed(modesTable(figures, entries));
  const chosen = entryOf(entries, entry);
  return chosen === null ? null : entryRow(row.index, figures.index, chosen);
}
