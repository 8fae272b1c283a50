import type { Describe } from '../forward-view.js';
import { beit } from './beit.js';
import { dinov2 } from './dinov2.js';
import { dinov3 } from './dinov3.js';
import { eva } from './eva.js';
import { gguf } from './gguf.js';
import { google } from './google.js';
import { hfBeit } from './hf-beit.js';
import { hfClip, hfSiglip } from './hf-clip.js';
import { hfDinov2 } from './hf-dinov2.js';
import { hfDinov3 } from './hf-dinov3.js';
import { hfSwin } from './hf-swin.js';
import { hfVit } from './hf-vit.js';
import { keras } from './keras.js';
import { openClip } from './open-clip.js';
import { sam } from './sam.js';
import { swin } from './swin.js';
import { swinV2 } from './swin-v2.js';
import { timm } from './timm.js';
import { timmRope } from './timm-rope.js';
import { torchvision } from './torchvision.js';

/** Forward passes that are known, by the family that recognition names; a new one is a file in this folder and a line here. */
export const FORWARD_FAMILIES: ReadonlyMap<string, Describe> = new Map([
  ['timm-vit', timm],
  ['timm-deit-distilled', timm],
  ['timm-post-norm', timm],
  ['timm-rope', timmRope],
  ['dino', timm],
  ['mae', timm],
  ['dinov2', dinov2],
  ['dinov3', dinov3],
  ['timm-eva', eva],
  ['timm-eva02', eva],
  ['timm-beit', beit],
  ['simmim', beit],
  ['torchvision-vit', torchvision],
  ['open-clip', openClip],
  ['sam', sam],
  ['timm-swin', swin],
  ['timm-swinv2', swinV2],
  ['hf-vit', hfVit],
  ['hf-vit-mae', hfVit],
  ['hf-deit', hfVit],
  ['hf-ijepa', hfVit],
  ['hf-beit', hfBeit],
  ['hf-dinov2', hfDinov2],
  ['hf-dinov3', hfDinov3],
  ['hf-clip', hfClip],
  ['hf-siglip', hfSiglip],
  ['hf-swin', hfSwin],
  ['flax-hf-vit', hfVit],
  ['tf-hf-vit', hfVit],
  ['google-vit', google],
  ['keras-vit', keras],
  ['gguf-clip', gguf],
]);
