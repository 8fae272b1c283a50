import * as l10n from '@vscode/l10n';
import { type Budget, type ChunkList, spend } from './chunk-places.js';
import { Hdf5Problem } from './problem.js';

/** Goes through the tree of version 1 that lists chunks. Format: HDF5 File Format Specification 3.0, III.A.1. @throws Hdf5Problem. */
export async function readChunkTree(list: ChunkList, root: number, budget: Budget): Promise<void> {
  await readNode(list, root, null, budget);
}

async function readNode(list: ChunkList, address: number, above: number | null, budget: Budget): Promise<void> {
  const { file, dataset } = list;
  const { address: addressBytes } = file.widths;
  const axes = dataset.shape.length;
  const before = 8 + 2 * addressBytes;
  const head = (await file.fields(address, before, l10n.t('a tree of chunks'))).signature('TREE');
  const type = head.u8();
  const level = head.u8();
  const count = head.u16();
  // Levels that count down to zero cannot go round in circles.
  if (type !== 1 || (above !== null && level !== above - 1))
    throw new Hdf5Problem(l10n.t('has a damaged tree of chunks'));
  spend(budget, count);
  const keyBytes = 8 + 8 * (axes + 1);
  const fields = await file.fields(address + before, count * (keyBytes + addressBytes), l10n.t('a tree of chunks'));
  for (let index = 0; index < count; index++) {
    const length = fields.u32();
    const skipped = fields.u32();
    const start = Array.from({ length: axes }, () => fields.uint(8));
    fields.skip(8);
    const child = fields.address();
    if (child === null) throw new Hdf5Problem(l10n.t('has a damaged tree of chunks'));
    if (level > 0) await readNode(list, child, level, budget);
    else list.add({ start, address: child, length, skipped });
  }
}
