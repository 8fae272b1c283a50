import path from 'node:path';

/** The checkout, with every part of its path spelled out. */
export const root = path.resolve(import.meta.dirname, '..');

/** A path inside the checkout. @param {string[]} parts */
export const inRoot = (...parts) => path.join(root, ...parts);
