import type { Basis } from '../../core/analysis/figures.js';
import type { ImageFromPanel } from '../../protocol/image.js';
import type { ImageFigures } from './image-figures.js';
import type { PanelPort } from './viewers.js';

/** Does what a panel asks about the figures of a picture; what is about anything else is left to others. */
export function askFigures(figures: ImageFigures, port: PanelPort, basis: Basis, message: ImageFromPanel): void {
  switch (message.type) {
    case 'want-head':
      figures.wantHead(port, message.layer, message.head, basis);
      break;
    case 'want-attention':
      figures.wantAttention(port, message.layer, message.token);
      break;
    case 'look':
      figures.look(port, message.layer, message.head, message.token, basis);
      break;
    case 'want-rollout':
      void figures.wantRollout(port);
      break;
    case 'want-preference':
      void figures.wantPreference(message.keys);
      break;
    case 'clear-mask':
      void figures.setMask(null);
      break;
    case 'change':
      figures.change(message.change);
      break;
    case 'want-changed-attention':
      figures.wantChangedAttention(port, message.layer, message.token);
      break;
    case 'want-changed-preference':
      void figures.wantChangedPreference(message.keys);
      break;
    case 'undo-change':
      figures.undoChange();
      break;
    case 'want-keypoints':
      void figures.wantKeypoints(message.by);
      break;
    case 'want-off-object':
      void figures.offObject.want(message.wish);
      break;
    case 'check-off-object':
      void figures.offObject.check();
      break;
    case 'stop-off-object':
      figures.offObject.stop();
      break;
    default:
      break;
  }
}
