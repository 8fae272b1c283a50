import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { SAMPLE } from '../support/analyse.js';
import { runCli } from '../support/run-cli.js';

const result = v.object({
  schema: v.literal(1),
  command: v.literal('keypoints'),
  source: v.object({ path: v.string(), format: v.literal('png') }),
  image: v.object({ size: v.tuple([v.number(), v.number()]) }),
  keypoints: v.array(
    v.object({
      x: v.number(),
      y: v.number(),
      size: v.number(),
      angle: v.number(),
      response: v.number(),
      octave: v.number(),
    }),
  ),
});

describe('qk-lens keypoints', () => {
  it('gives as many keypoints of a photo as OpenCV does', async () => {
    const file = path.join(SAMPLE, 'images/chelsea.png');
    const run = await runCli(['keypoints', file, '--json']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const { source, image, keypoints } = v.parse(result, JSON.parse(run.stdout));
    expect(source.path).toBe(file);
    expect(image.size).toEqual([300, 451]);
    expect(keypoints).toHaveLength(559);
  });

  it('says what a file is that is no picture', async () => {
    const run = await runCli(['keypoints', path.join(SAMPLE, 'config.json')]);
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toMatch(/^qk-lens: .*config\.json: [^\n]+\n$/);
  });
});
