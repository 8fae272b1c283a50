import '../../lib/translations.js'; // before anything that has texts
import { render } from 'preact';
import { TooltipLayer } from '../../lib/tooltip.js';
import { PanelContext } from '../context.js';
import type { LiveImageRow } from '../image-host.js';
import { ImageRow } from './ImageRow.js';

export { rowPicture } from './row-pictures.js';

/** Puts the image row into an element: a tree of its own, since its code is loaded after the first figures are drawn and shares none with the page. */
export function liveImageRow(element: HTMLElement): LiveImageRow {
  return {
    draw: (state, panel) => {
      render(
        <PanelContext.Provider value={panel}>
          <TooltipLayer>
            <ImageRow state={state} />
          </TooltipLayer>
        </PanelContext.Provider>,
        element,
      );
    },
    dispose: () => {
      render(null, element);
    },
  };
}
