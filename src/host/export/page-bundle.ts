import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Script and style of a page as texts that can stand in it. */
export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

/**
 * Reads the bundle of a page.
 * @param bundles folder of the built bundles.
 */
export async function readPageBundle(bundles: string, name: 'panel' | 'report' | 'tensor'): Promise<PageBundle> {
  const read = async (kind: string): Promise<string> => {
    const text = await readFile(path.join(bundles, 'webview', `${name}.${kind}`), 'utf8');
    // The reference to a source map leads nowhere from a text that stands in a page.
    return text.replace(/\n?(\/\/|\/\*)# sourceMappingURL=[^\n]*\n?$/, '');
  };
  const [script, style] = await Promise.all([read('js'), read('css')]);
  return { script: script.replaceAll('</script', '<\\/script'), style };
}
