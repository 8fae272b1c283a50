import { describe, expect, test } from 'vitest';
import type { DefinitionMatch } from '../../../../src/core/source/contract.js';
import { fixtureJson } from '../../support/fixtures.js';
import { fixtureCheckpoint, matchFixture } from '../../support/sources.js';

/** Tensors of one attribute, as the library's own modules have them. */
interface Owner {
  readonly owner: readonly string[];
  readonly attribute: string;
  readonly layer: readonly string[] | null;
  readonly tensors: readonly string[];
}

/** Source file, checkpoint and entry of `owners.json`; the root class. */
const CASES = [
  ['timm/models/vision_transformer.py', 'checkpoints/timm_registers', 'timm_vision_transformer', 'VisionTransformer'],
  ['timm/models/vision_transformer.py', 'checkpoints/timm_qk_norm', 'timm_qk_norm', 'VisionTransformer'],
  ['timm/models/vision_transformer.py', 'checkpoints/timm_vit_pth', 'timm_vit_pth', 'VisionTransformer'],
  ['timm/models/swin_transformer.py', 'checkpoints/timm_swin', 'timm_swin', 'SwinTransformer'],
  ['transformers/models/vit/modeling_vit.py', 'checkpoints/hf_vit', 'transformers_vit', 'ViTForImageClassification'],
  [
    'transformers/models/vit/modeling_vit.py',
    'checkpoints/hf_vit_state_dict',
    'transformers_vit_state_dict',
    'ViTForImageClassification',
  ],
  ['transformers/models/dinov2/modeling_dinov2.py', 'checkpoints/hf_dinov2', 'transformers_dinov2', 'Dinov2Model'],
  ['transformers/models/clip/modeling_clip.py', 'checkpoints/hf_clip', 'transformers_clip', 'CLIPModel'],
  ['open_clip/model.py', 'checkpoints/open_clip', 'open_clip', 'CLIP'],
  ['vit_pytorch/vit.py', 'source/vit_pytorch/vit.safetensors', 'vit_pytorch', 'ViT'],
  ['segment_anything', 'forward/windows/sam/model.safetensors', 'segment_anything', 'Sam'],
  ['handmade/model.py', 'source/handmade/encoder.pt', 'handmade', 'Encoder'],
] as const;

describe.each(CASES)('%s with %s', (source, path, key, root) => {
  test('finds for every tensor the definition that the running model has it from, and never another', async () => {
    const owners = ownersOf(key);
    const match = await matchFixture(source, await fixtureCheckpoint(path));
    expect(match.root.name).toBe(root);
    const byTensor = new Map(
      match.definitions.flatMap((each) =>
        each.tensors.flatMap(({ names }) => names.map((name) => [name, each] as const)),
      ),
    );
    const wrong: string[] = [];
    const found = owners.filter((owner) => {
      const definitions = owner.tensors.map((name) => byTensor.get(name));
      for (const definition of definitions)
        if (definition !== undefined && !isFrom(definition, owner)) wrong.push(told(definition, owner));
      return definitions.every((definition) => definition !== undefined);
    });
    expect(wrong).toEqual([]);
    expect(found).toHaveLength(owners.length);
    expect(match.unmatchedTensors).toEqual([]);
    expect(match.problems).toEqual([]);
  });
});

test('the checkpoint of one library does not fit the models of another', async () => {
  const checkpoint = await fixtureCheckpoint('checkpoints/hf_clip');
  await expect(matchFixture('timm/models/vision_transformer.py', checkpoint)).rejects.toThrow(
    /^No class of the sources/u,
  );
});

/** `CLIP` takes layers over from the text tower that it has made for that: they are defined where they are made. */
const TAKEN_OVER: ReadonlyMap<string, string> = new Map([['TextTransformer', 'CLIP']]);

/** A function of the handmade case makes layers for others; what it returns is defined in it. */
const HELPERS = new Set(['make_norm']);

function isFrom({ className, attribute, module }: DefinitionMatch, { owner, attribute: real, layer }: Owner): boolean {
  const counted = (text: string): string => text.replaceAll(/\d+|\{i\}/gu, '#');
  const kind = layer === null ? /Parameter$|^buffer$/u.test(module) : layer.includes(module.replace(/^.*\./u, ''));
  const own = owner.includes(className) || owner.includes(TAKEN_OVER.get(className) ?? '') || HELPERS.has(className);
  return own && counted(attribute) === counted(real) && kind;
}

function told({ className, attribute, module }: DefinitionMatch, { owner, attribute: real, layer }: Owner): string {
  return `${className}.${attribute} ${module} is ${owner[0] ?? ''}.${real} ${layer?.[0] ?? 'parameter'}`;
}

function ownersOf(key: string): readonly Owner[] {
  const all = fixtureJson('source/owners.json');
  const found: unknown =
    typeof all === 'object' && all !== null ? Object.entries(all).find(([name]) => name === key)?.[1] : undefined;
  if (!Array.isArray(found)) throw new Error(`owners.json has no ${key}`);
  return found.map(asOwner);
}

function asOwner(value: unknown): Owner {
  const fields = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  const texts = (name: string): string[] => {
    const list = fields.get(name);
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  };
  const layer = fields.get('layer') === null ? null : texts('layer');
  return { owner: texts('owner'), attribute: String(fields.get('attribute')), layer, tensors: texts('tensors') };
}
