import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { inRoot } from './paths.mjs';

/** Tree-sitter and its grammar of Python, which the bundles load from beside themselves. */
const FILES = ['tree-sitter.wasm', 'tree-sitter-python.wasm'];

/** Copies the parser of Python into the product. @returns the paths there */
export function copyGrammar() {
  mkdirSync(inRoot('dist'), { recursive: true });
  return FILES.map((name) => {
    const from = inRoot('node_modules/@vscode/tree-sitter-wasm/wasm', name);
    const to = inRoot('dist', name);
    // a copy is newer than what it was made of
    const current = existsSync(to) && statSync(to).size === statSync(from).size;
    if (!current || statSync(to).mtimeMs < statSync(from).mtimeMs) copyFileSync(from, to);
    return to;
  });
}
