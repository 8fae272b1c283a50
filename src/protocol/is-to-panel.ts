import type { ImageToPanel } from './image.js';
import type { ToPanel } from './panel.js';

// Apart from the guards of what a panel sends: a page that starts has no use for those.

const IMAGE = [
  'image',
  'head-on-image',
  'attention-rows',
  'ahead',
  'rollout',
  'mask',
  'preference',
  'changed-run',
  'prompt-curve',
  'changed-attention',
  'changed-preference',
  'keypoints',
  'interrelation',
  'significant-heads',
  'off-object',
  'image-progress',
  'image-trouble',
] as const satisfies readonly ImageToPanel['type'][];

const IMAGE_TYPES: ReadonlySet<string> = new Set(IMAGE);

const TO_PANEL: ReadonlySet<unknown> = new Set<ToPanel['type']>([
  'file',
  'start',
  'layer',
  'progress',
  'done',
  'stopped',
  'distances',
  'problem',
  'note',
  'select',
  'show-tab',
  'request-picture',
  'copy-picture',
  ...IMAGE,
]);

/** True for a message of the extension host; its fields are not checked, for the host is trusted. */
export function isToPanel(value: unknown): value is ToPanel {
  return typeof value === 'object' && value !== null && 'type' in value && TO_PANEL.has(value.type);
}

/** True for messages about the image. */
export function isImageMessage(message: ToPanel): message is ImageToPanel {
  return IMAGE_TYPES.has(message.type);
}
