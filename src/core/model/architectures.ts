/** Widths and heads of the sizes that names of architectures speak of. */
const SIZES: ReadonlyMap<string, readonly (readonly [width: number, heads: number])[]> = new Map([
  ['tiny', [[192, 3]]],
  ['ti', [[192, 3]]],
  ['t', [[192, 3]]],
  ['wee', [[256, 4]]],
  ['little', [[320, 5]]],
  ['small', [[384, 6]]],
  ['s', [[384, 6]]],
  ['medium', [[512, 8]]],
  ['mediumd', [[512, 8]]],
  ['betwixt', [[640, 10]]],
  ['base', [[768, 12]]],
  ['b', [[768, 12]]],
  ['large', [[1024, 16]]],
  ['l', [[1024, 16]]],
  ['so400m', [[1152, 16]]],
  ['huge', [[1280, 16]]],
  ['h', [[1280, 16]]],
  [
    'plus',
    [
      [1280, 20],
      [896, 14],
    ],
  ],
  [
    'giant',
    [
      [1408, 16],
      [1536, 24],
    ],
  ],
  [
    'g',
    [
      [1408, 16],
      [1536, 24],
      [1664, 16],
    ],
  ],
  ['giantopt', [[1536, 16]]],
  ['gigantic', [[1664, 16]]],
  ['enormous', [[1792, 16]]],
  ['7b', [[4096, 32]]],
]);

/** First words of names of vision transformers. */
const FIRST_WORDS = ['vit', 'deit', 'beit', 'eva', 'flexivit', 'dino', 'mae', 'ijepa', 'clip', 'siglip', 'samvit'];

/** Longer texts are no names of architectures. */
const MAX_NAME = 100;

/** Widths and heads that a name such as `vit_small_patch16_224`, `deit_base` or `ViT-B/16` may mean; none for other names. */
export function sizesOfArchitecture(name: string): readonly (readonly [width: number, heads: number])[] {
  if (name.length > MAX_NAME) return [];
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  const start = words.findIndex((word) => FIRST_WORDS.some((first) => word.startsWith(first)));
  if (start < 0) return [];
  const sizes = words.slice(start).flatMap((word) => {
    // dinov2_vits14 and vit_b_16 write letters.
    const letter = /^vit(ti|t|s|b|l|h|g)\d*$/.exec(word)?.[1];
    return SIZES.get(letter ?? word) ?? [];
  });
  // A later word is the more exact one, as in `huge_plus`.
  return sizes.reverse();
}
