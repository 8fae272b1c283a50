import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

/** Sign and fraction of a float16 at random, with an exponent that gives 0.06 to 0.12. */
const FRACTION = 0x83ff;
const EXPONENT = 0x2c00;

/** Geometry of a vision transformer. */
export interface VitShape {
  readonly depth: number;
  readonly width: number;
}

/** As ViT-B/16: 12 layers of 12 heads, 43 MB of query, key and value weights. */
export const VIT_B: VitShape = { depth: 12, width: 768 };

/** Writes a vision transformer under timm's names with random float16 attention weights. */
export function writeVit(file: string, { depth, width }: VitShape): void {
  const shapes = Array.from({ length: depth }, (_, layer): [string, number[]][] => [
    [`blocks.${layer.toString()}.norm1.weight`, [width]],
    [`blocks.${layer.toString()}.norm1.bias`, [width]],
    [`blocks.${layer.toString()}.attn.qkv.weight`, [3 * width, width]],
    [`blocks.${layer.toString()}.attn.qkv.bias`, [3 * width]],
    [`blocks.${layer.toString()}.attn.proj.weight`, [width, width]],
    [`blocks.${layer.toString()}.attn.proj.bias`, [width]],
    [`blocks.${layer.toString()}.norm2.weight`, [width]],
    [`blocks.${layer.toString()}.norm2.bias`, [width]],
    [`blocks.${layer.toString()}.mlp.fc1.weight`, [4, width]],
    [`blocks.${layer.toString()}.mlp.fc1.bias`, [4]],
    [`blocks.${layer.toString()}.mlp.fc2.weight`, [width, 4]],
    [`blocks.${layer.toString()}.mlp.fc2.bias`, [width]],
  ]).flat();
  shapes.unshift(['cls_token', [1, 1, width]], ['pos_embed', [1, 197, width]]);
  shapes.push(['patch_embed.proj.weight', [width, 3, 16, 16]], ['patch_embed.proj.bias', [width]]);
  shapes.push(['norm.weight', [width]], ['norm.bias', [width]]);
  let end = 0;
  const header: Record<string, object> = {};
  const sizes: number[] = [];
  for (const [name, shape] of shapes) {
    const bytes = 2 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'F16', shape, data_offsets: [end, end + bytes] };
    end += bytes;
    sizes.push(bytes);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const target = openSync(file, 'w');
  try {
    writeSync(target, Buffer.concat([length, json]));
    for (const bytes of sizes) writeSync(target, randomHalves(bytes));
  } finally {
    closeSync(target);
  }
}

function randomHalves(bytes: number): Uint8Array {
  const halves = randomFillSync(new Uint16Array(bytes / 2));
  for (let index = 0; index < halves.length; index++) halves[index] = ((halves[index] ?? 0) & FRACTION) | EXPONENT;
  return new Uint8Array(halves.buffer);
}
