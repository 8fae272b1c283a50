import type { ImageToPanel } from '../../../../src/protocol/image.js';
import { ImageFigures } from '../../../../src/vscode/session/image-figures.js';
import { madeCard } from '../../webview/made-image.js';
import { type SteppedLab, steppedLab } from './stepped-lab.js';

/** Figures of a picture on show, the lab that they ask, and what panels are told. @param heads of each layer */
export function madeFigures(heads: readonly number[]): {
  figures: ImageFigures;
  lab: SteppedLab;
  told: ImageToPanel[];
} {
  const lab = steppedLab();
  const told: ImageToPanel[] = [];
  const figures = new ImageFigures({
    lab,
    card: madeCard(),
    layers: heads.length,
    heads,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    tell: (message) => told.push(message),
    isShown: () => true,
    stopped: () => undefined,
  });
  return { figures, lab, told };
}
