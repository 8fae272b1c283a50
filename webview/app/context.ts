import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ChartTheme } from '../../src/core/charts/chart-theme.js';
import type { PanelHost } from '../lib/host.js';
import type { PanelAction } from '../state/panel-state.js';

/** What every view has at hand. */
export interface Panel {
  readonly theme: ChartTheme;
  readonly host: PanelHost;
  readonly dispatch: (action: PanelAction) => void;
}

/** Set once, around the whole panel. */
export const PanelContext = createContext<Panel | null>(null);

/** What every view has at hand. @throws Error outside of the panel. */
export function usePanel(): Panel {
  const panel = useContext(PanelContext);
  if (panel === null) throw new Error('A view stands outside of the panel');
  return panel;
}
