import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXTURES } from '../support/analyse.js';
import { runCli } from '../support/run-cli.js';

const VIT = path.join(FIXTURES, 'checkpoints/hf_vit');
const PICTURE = path.join(FIXTURES, 'attention/coffee/input.png');
const MASK = path.join(FIXTURES, 'attention/coffee/mask.png');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pictures-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The pictures inside a drawing, in order, as pixels. */
async function tilesOf(svg: string): Promise<{ data: Buffer; width: number; height: number }[]> {
  const addresses = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/gu)].map(([, data]) => data ?? '');
  return Promise.all(
    addresses.map(async (address) => {
      const { data, info } = await sharp(Buffer.from(address, 'base64')).raw().toBuffer({ resolveWithObject: true });
      return { data, width: info.width, height: info.height };
    }),
  );
}

describe('pictures of the command line', () => {
  it('draw what a patch attends to in every head, and the preference under it', async () => {
    const [svg, png] = [path.join(folder, 'attention.svg'), path.join(folder, 'attention.png')];
    const files = ['--svg', svg, '--png', png, '--query', '1,0'];
    const run = await runCli(['attention', VIT, PICTURE, '--size', '32x32', '--mask', MASK, ...files]);
    expect(run.status).toBe(0);
    const drawn = await readFile(svg, 'utf8');
    expect(drawn).toContain('what the patch in row 1, column 0 attends to');
    expect(drawn).toContain('Queries on the object');
    const tiles = await tilesOf(drawn);
    const layers = drawn.match(/>layer \d+</gu) ?? [];
    expect(layers.length).toBeGreaterThan(1);
    expect(tiles.length % layers.length).toBe(0);
    for (const { data } of tiles) {
      // yellow: more red than blue where there is attention, grey nowhere brighter than its part
      const differs = data.some((value, at) => at % 3 === 0 && value > (data[at + 2] ?? 0) + 50);
      expect(differs).toBe(true);
    }
    const [width, height] = [/ width="(\d+)"/u, / height="(\d+)"/u].map((size) => Number(size.exec(drawn)?.[1]));
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width, height });
  });

  it('draw both ends of modes with contours', async () => {
    const svg = path.join(folder, 'modes.svg');
    const place = ['--layer', '1', '--head', '0', '--top', '2'];
    const run = await runCli(['modes', VIT, PICTURE, '--size', '32x32', ...place, '--svg', svg]);
    expect(run.status).toBe(0);
    const drawn = await readFile(svg, 'utf8');
    expect((await tilesOf(drawn)).length).toBe(4);
    expect(drawn).toContain('+ end: query to');
    expect(drawn).toContain('stroke="#ff8d86"');
    expect(drawn).toMatch(/stroke="#77ffff"[^>]* stroke-dasharray=/u);
  });

  it.each([
    { args: ['--query', '9,9', '--svg', 'x.svg'], says: 'no 9,9' },
    { args: ['--query', 'here', '--svg', 'x.svg'], says: '--query takes' },
    { args: ['--query', 'class'], says: '--query goes with --svg' },
  ])('exits with 2 and says "$says"', async ({ args, says }) => {
    const run = await runCli(['attention', VIT, PICTURE, '--size', '32x32', ...args], folder);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toContain(says);
  });
});
