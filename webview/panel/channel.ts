import { openChannel } from '../lib/editor-api.js';

/** Opened when this module runs: the first of the panel's bundle. */
export const channel = openChannel();
