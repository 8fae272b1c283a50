import path from 'node:path';

/** Folder of the bundles; the command line is one of them. */
export const BUNDLES = __dirname;

/** The bundle of the process that runs a model. */
export const PROCESS_FILE = path.join(BUNDLES, 'inference.js');
