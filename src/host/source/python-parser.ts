import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Language, Parser, type Tree } from '@vscode/tree-sitter-wasm';
import type { PythonParser, SyntaxEdit, SyntaxTree } from '../../core/source/python/syntax.js';

const RUNTIME = 'tree-sitter.wasm';
const GRAMMAR = 'tree-sitter-python.wasm';

/** What the parser is warmed up with: a little of everything that model code is made of. */
const WARM_UP = `class A(nn.Module):
    def __init__(self, dim: int = 3, *, bias=True, **rest) -> None:
        """Text."""
        self.a = nn.ModuleList([f(x, y=1.0) for x in range(dim) if not x])
`;

/** Often enough for the engine to compile what every text needs; some milliseconds. */
const WARM_UP_TIMES = 100;

/**
 * Loads tree-sitter with the grammar of Python; both run as WebAssembly.
 * @param folder where `tree-sitter.wasm` and `tree-sitter-python.wasm` lie; the build puts them beside the bundles.
 */
export async function loadPythonParser(folder: string): Promise<PythonParser> {
  const [, grammar] = await Promise.all([
    Parser.init({ locateFile: () => path.join(folder, RUNTIME) }),
    readFile(path.join(folder, GRAMMAR)),
  ]);
  const parser = new Parser().setLanguage(await Language.load(new Uint8Array(grammar)));
  parser.parse(WARM_UP.repeat(WARM_UP_TIMES))?.delete();
  const trees = new WeakMap<SyntaxTree, Tree>();
  return {
    parse(text, previous) {
      const tree = parser.parse(text, previous === null ? null : (trees.get(previous) ?? null));
      if (tree === null) throw new Error('the parser of Python gave no tree');
      const wrapped: SyntaxTree = {
        get rootNode() {
          return tree.rootNode;
        },
        edit: (edit: SyntaxEdit) => {
          tree.edit(edit);
        },
        delete: () => {
          tree.delete();
        },
      };
      trees.set(wrapped, tree);
      return wrapped;
    },
  };
}
