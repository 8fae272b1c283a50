// Writes a randomly initialised ViT in timm's layout as a safetensors file, part by part.
import { closeSync, openSync, writeSync } from 'node:fs';

/** Geometries worth timing. */
export const GEOMETRIES = {
  'ViT-B/16': { width: 768, depth: 12, heads: 12, patch: 16 },
  'ViT-L/16': { width: 1024, depth: 24, heads: 16, patch: 16 },
};

/** Names and shapes as timm saves them, without the classifier. */
function tensors({ width, depth, patch }) {
  const list = [
    ['cls_token', [1, 1, width]],
    ['pos_embed', [1, 1 + (224 / patch) ** 2, width]],
    ['patch_embed.proj.weight', [width, 3, patch, patch]],
    ['patch_embed.proj.bias', [width]],
  ];
  for (let layer = 0; layer < depth; layer++) {
    const block = `blocks.${layer}`;
    for (const norm of ['norm1', 'norm2'])
      list.push([`${block}.${norm}.weight`, [width]], [`${block}.${norm}.bias`, [width]]);
    for (const [name, rows, columns] of [
      ['attn.qkv', 3 * width, width],
      ['attn.proj', width, width],
      ['mlp.fc1', 4 * width, width],
      ['mlp.fc2', width, 4 * width],
    ]) {
      list.push([`${block}.${name}.weight`, [rows, columns]], [`${block}.${name}.bias`, [rows]]);
    }
  }
  list.push(['norm.weight', [width]], ['norm.bias', [width]]);
  return list;
}

/** Normal numbers of deviation 0.02, repeatable: mulberry32, then Box and Muller. */
function fill(values, seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < values.length; i += 2) {
    const radius = 0.02 * Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
}

/** Writes the file. */
export function makeVit(file, geometry) {
  const header = {};
  let offset = 0;
  const list = tensors(geometry).map(([name, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + 4 * count] };
    offset += 4 * count;
    return { name, count };
  });
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const handle = openSync(file, 'w');
  try {
    writeSync(handle, length);
    writeSync(handle, text);
    list.forEach(({ name, count }, index) => {
      const values = new Float32Array(count);
      if (name.endsWith('.weight') && name.includes('norm')) values.fill(1);
      else fill(values, index);
      writeSync(handle, new Uint8Array(values.buffer));
    });
  } finally {
    closeSync(handle);
  }
}
