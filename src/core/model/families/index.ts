import type { Family } from './family.js';
import { dino } from './dino.js';
import { dinov2 } from './dinov2.js';
import { dinov3 } from './dinov3.js';
import { flaxVit } from './flax-vit.js';
import { ggufClip } from './gguf-clip.js';
import { ggufText } from './gguf-text.js';
import { googleVit } from './google-vit.js';
import { hfBeit } from './hf-beit.js';
import { hfBert } from './hf-bert.js';
import { hfClip } from './hf-clip.js';
import { hfDeit } from './hf-deit.js';
import { hfDinov2 } from './hf-dinov2.js';
import { hfDinov3 } from './hf-dinov3.js';
import { hfGpt2 } from './hf-gpt2.js';
import { hfIjepa } from './hf-ijepa.js';
import { hfLlama } from './hf-llama.js';
import { hfSiglip } from './hf-siglip.js';
import { hfSwin } from './hf-swin.js';
import { hfVit } from './hf-vit.js';
import { hfVitMae } from './hf-vit-mae.js';
import { hfWhisper } from './hf-whisper.js';
import { hfWav2Vec2 } from './hf-wav2vec2.js';
import { kerasVit } from './keras-vit.js';
import { mae } from './mae.js';
import { openClip } from './open-clip.js';
import { sam } from './sam.js';
import { simmim } from './simmim.js';
import { tfVit } from './tf-vit.js';
import { timmBeit } from './timm-beit.js';
import { timmDeitDistilled } from './timm-deit-distilled.js';
import { timmEva } from './timm-eva.js';
import { timmEva02 } from './timm-eva02.js';
import { timmPostNorm } from './timm-post-norm.js';
import { timmRope } from './timm-rope.js';
import { timmSwin } from './timm-swin.js';
import { timmSwinV2 } from './timm-swinv2.js';
import { timmVit } from './timm-vit.js';
import { torchvisionVit } from './torchvision-vit.js';

/** All families that are known. Where names fit several, the first that accepts the stack has it: special ones come first. */
export const FAMILIES: readonly Family[] = [
  mae,
  timmPostNorm,
  timmRope,
  dinov3,
  dinov2,
  dino,
  simmim,
  timmDeitDistilled,
  sam,
  timmEva02,
  timmBeit,
  timmEva,
  timmVit,
  timmSwinV2,
  timmSwin,
  torchvisionVit,
  openClip,
  googleVit,
  flaxVit,
  tfVit,
  kerasVit,
  ggufClip,
  ggufText,
  hfVitMae,
  hfDeit,
  hfBeit,
  hfDinov2,
  hfVit,
  hfIjepa,
  hfDinov3,
  hfSwin,
  hfClip,
  hfSiglip,
  hfWhisper,
  hfWav2Vec2,
  hfLlama,
  hfGpt2,
  hfBert,
];
