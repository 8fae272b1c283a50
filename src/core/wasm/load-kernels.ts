/** Memory of an instance of compiled kernels. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/**
 * A fresh instance of compiled kernels (an `assembly` folder) with a memory of its own.
 * @param base64 the module, as the build writes it.
 * @param isKernels guard of what it exports, usually by `exportsKernels`.
 */
export function loadKernels<Kernels>(
  base64: string,
  isKernels: (exports: object) => exports is object & Kernels,
): Kernels {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  if (!isKernels(exports)) throw new Error('the compiled kernels do not have the expected functions');
  return exports;
}

/** True when an instance exports its memory and all of these functions. */
export function exportsKernels(exports: object, functions: readonly string[]): boolean {
  const members = new Map<string, unknown>(Object.entries(exports));
  return (
    typeof members.get('memory') === 'object' && functions.every((name) => typeof members.get(name) === 'function')
  );
}
