/** Libraries that own no code of a workspace and are known by their names. */
const OUTSIDE = new Set([
  'torch',
  'torchvision',
  'numpy',
  'np',
  'flax',
  'jax',
  'tensorflow',
  'keras',
  'scipy',
  'typing',
  'math',
  'functools',
  'collections',
  'os',
  'sys',
  're',
  'logging',
  'dataclasses',
  'copy',
  'warnings',
  'json',
  'pathlib',
  'itertools',
  'contextlib',
  'abc',
  'enum',
  'argparse',
  'time',
  'random',
  'einops',
  'PIL',
  'pandas',
  'matplotlib',
]);

const INSTALLED = new Set(['site-packages', 'dist-packages']);

/** More folders above a file than anybody has. */
const MAX_FOLDERS = 30;

/**
 * Paths at which the module of an import may lie, the likeliest first.
 * @param from path of the importing file, with `/` between folders.
 * @param module dotted path without the dots in front; may be empty.
 * @param level number of dots in front.
 */
export function importPaths(from: string, module: string, level: number): string[] {
  const folders = from.split('/').slice(0, -1);
  const parts = module === '' ? [] : module.split('.');
  if (level > 0) {
    const depth = folders.length - (level - 1);
    return depth < 0 ? [] : filesFor(folders.slice(0, depth), parts);
  }
  const [top] = parts;
  if (top === undefined || OUTSIDE.has(top)) return [];
  const paths: string[] = [];
  for (let depth = folders.length; depth >= Math.max(0, folders.length - MAX_FOLDERS); depth--) {
    // Of what is installed, only the package that the file itself belongs to is looked into.
    if (INSTALLED.has(folders[depth - 1] ?? '') && folders[depth] !== top) break;
    paths.push(...filesFor(folders.slice(0, depth), parts));
    if (INSTALLED.has(folders[depth - 1] ?? '')) break;
  }
  return paths;
}

function filesFor(folders: readonly string[], parts: readonly string[]): string[] {
  const path = [...folders, ...parts].join('/');
  const inside = path === '' || path.endsWith('/') ? path : `${path}/`;
  return parts.length === 0 ? [`${inside}__init__.py`] : [`${path}.py`, `${inside}__init__.py`];
}
