import type { ChartTheme } from '../../src/core/charts/chart-theme.js';
import type { PanelState } from '../state/panel-state.js';
import type { Panel } from './context.js';

/** A picture out of the image row, as the text of an SVG file. */
export interface RowPicture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Pictures of the image row. */
export type RowPictureName = 'modes' | 'attention' | 'preference' | 'prompting' | 'off-object';

/** The image row in an element of the panel. */
export interface LiveImageRow {
  draw(state: PanelState, panel: Panel): void;
  dispose(): void;
}

/** The code of the image row. */
export interface ImageRowLibrary {
  liveImageRow(element: HTMLElement): LiveImageRow;
  /** Null when there is nothing to draw. */
  rowPicture(state: PanelState, picture: RowPictureName, theme: ChartTheme): Promise<RowPicture | null>;
}

/** Loads the code of the image row, which the first figures do not wait for. */
export type LoadImageRow = () => Promise<ImageRowLibrary>;
