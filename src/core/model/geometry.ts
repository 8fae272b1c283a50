import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { CheckpointError, type Warning } from '../errors.js';
import { elementCount, type TensorEntry } from '../tensors/tensor-index.js';
import type { ConfigView } from './config.js';
import type { EmbeddingNames } from './families/family.js';
import type { Assumption, Model } from './model.js';
import type { SettingsSection } from './settings.js';

/** How a picture becomes tokens. */
export interface Geometry {
  readonly patch: number | null;
  readonly imageSize: readonly [number, number] | null;
  readonly prefixTokens: Model['prefixTokens'];
  readonly assumptions: readonly Assumption[];
  readonly warnings: readonly Warning[];
  readonly confirmedBy: readonly string[];
}

/** Where the geometry of a model may be found. */
export interface GeometrySources {
  /** A tensor below the root or in the first attention module. */
  readonly find: (name: string) => TensorEntry | null;
  readonly width: number;
  readonly config: readonly ConfigView[];
  readonly settings: readonly SettingsSection[];
  readonly patch: number | null;
  readonly imageSize: readonly [number, number] | null;
  readonly file: string;
  /** Size of pictures by other tensors than the position table, which is then of an earlier training; null where none tells. */
  readonly toldSize: (patch: number) => ToldSize | null;
  /** True for a family whose patches are known to be as large as the kernels that embed them. */
  readonly knownFamily: boolean;
}

/** Size of pictures, [height, width] in pixels, and what has to be said of it. */
export interface ToldSize {
  readonly size: readonly [number, number];
  readonly assumed: string;
}

const IMAGE_SIZES = ['image_size', 'img_size', 'input_size', 'input_resolution', 'crop_size', 'resolution'];
/** More channels than cameras have, those of satellites among them. */
const MAX_COLOURS = 32;

const PATCH_SIZES = ['patch_size', 'patch_sizes'];

/** No pictures: what text models have. */
export const NO_GEOMETRY: Geometry = {
  patch: null,
  imageSize: null,
  prefixTokens: { class: 0, distillation: 0, registers: 0 },
  assumptions: [],
  warnings: [],
  confirmedBy: [],
};

/** Patch size, picture size and prefix tokens, from the shapes of the embedding first. @throws CheckpointError `wrong-use`. */
export function findGeometry(embedding: EmbeddingNames, sources: GeometrySources): Geometry {
  const patch = findPatch(embedding, sources);
  const tokensOf = (names: readonly string[]): number => tokenCount(firstOf(names, sources), sources.width);
  const prefixTokens = {
    class: tokensOf(embedding.class),
    distillation: tokensOf(embedding.distillation),
    registers: tokensOf(embedding.registers),
  };
  const image = findImageSize(embedding, sources, patch.value, prefixTokens);
  return {
    patch: patch.value,
    imageSize: image.size,
    prefixTokens,
    assumptions: [...patch.assumptions, ...image.assumptions],
    warnings: [...patch.warnings, ...image.warnings],
    confirmedBy: image.confirmedBy,
  };
}

function findPatch(
  { patch: names }: EmbeddingNames,
  sources: GeometrySources,
): { value: number | null; assumptions: Assumption[]; warnings: Warning[] } {
  const kernel = firstOf(names, sources);
  const shown = kernel === null ? null : patchOf(kernel);
  const said = first(sources.config, (view) => view.count(PATCH_SIZES)?.value ?? null);
  if (shown === null) {
    const inSettings = agreed(sources.settings.map(({ view }) => view.count(PATCH_SIZES)?.value ?? null));
    return { value: sources.patch ?? said ?? inSettings, assumptions: [], warnings: [] };
  }
  const tensor = quoteName(kernel?.name ?? '');
  if (sources.patch !== null && sources.patch !== shown.side) {
    throw new CheckpointError(
      'wrong-use',
      sources.file,
      l10n.t(
        'a patch size of {0} contradicts {1}, whose patches are {2} pixels wide',
        sources.patch,
        tensor,
        shown.side,
      ),
      l10n.t('leave the patch size out'),
    );
  }
  const warnings: Warning[] = [];
  if (said !== null && said !== shown.side) {
    const message = l10n.t(
      'config.json says patches of {0} pixels, but {1} has {2}: that is used.',
      said,
      tensor,
      shown.side,
    );
    warnings.push({ code: 'config-contradiction', message });
  }
  if (said === shown.side || (sources.knownFamily && !shown.flat))
    return { value: shown.side, assumptions: [], warnings };
  const how = shown.flat
    ? l10n.t('{0} takes pixels in one row, and three colours were assumed', tensor)
    : l10n.t('the kernels of {0} are as large, and were taken not to overlap', tensor);
  const text = l10n.t('Patches of {0} pixels: {1}.', shown.side, how);
  return { value: shown.side, assumptions: [{ code: 'patch', text, choices: [], value: shown.side }], warnings };
}

/** Side of the patches of a kernel, (width, colours, side, side) or flat, (width, colours x side x side), or with inputs first. */
function patchOf(kernel: TensorEntry): { side: number; flat: boolean } | null {
  const [first = 0, second = 0, third = 0, fourth = 0] = kernel.shape;
  // (height, width, colours, outputs) where inputs come first.
  const [colours, height, width] = kernel.inputsFirst === true ? [third, first, second] : [second, third, fourth];
  // Kernels over many channels work on the maps of a convolution, not on pixels.
  const pixels = colours <= MAX_COLOURS;
  if (kernel.shape.length === 4 && height === width && height > 1 && pixels) {
    return { side: height, flat: false };
  }
  const side = Math.sqrt((kernel.inputsFirst === true ? first : second) / 3);
  return kernel.shape.length === 2 && Number.isInteger(side) && side > 0 ? { side, flat: true } : null;
}

function findImageSize(
  embedding: EmbeddingNames,
  sources: GeometrySources,
  patch: number | null,
  prefix: Model['prefixTokens'],
): { size: readonly [number, number] | null; assumptions: Assumption[]; warnings: Warning[]; confirmedBy: string[] } {
  const said = first(sources.config, imageSizeOf);
  const nothing = { assumptions: [], warnings: [], confirmedBy: [] };
  if (sources.imageSize !== null) {
    if (patch !== null && sources.imageSize.some((side) => side % patch !== 0)) {
      throw new CheckpointError(
        'wrong-use',
        sources.file,
        l10n.t('a picture of {0} pixels does not divide into patches of {1}', sources.imageSize.join(' x '), patch),
        l10n.t('give sides that are multiples of {0}', patch),
      );
    }
    return { ...nothing, size: sources.imageSize };
  }
  const toldSize = patch === null ? null : sources.toldSize(patch);
  if (toldSize !== null && said !== null) return { ...nothing, size: said, confirmedBy: ['config.json'] };
  if (toldSize !== null) {
    const assumption: Assumption = { code: 'image-size', text: toldSize.assumed, choices: [], value: null };
    return { ...nothing, size: toldSize.size, assumptions: [assumption] };
  }
  const table = firstOf(embedding.positions, sources);
  const wanted = said === null || patch === null ? null : patchesOf(said, patch);
  // 25 entries are a class token and 4 x 6 patches as well as 5 x 5 patches: config.json knows.
  if (patchCounts(table, prefix, sources.width).some((count) => count === wanted))
    return { ...nothing, size: said, confirmedBy: ['config.json'] };
  const grid =
    gridOfTable(table, prefix, sources.width) ?? gridOfBias(embedding, sources) ?? gridOfWindows(embedding, sources);
  if (grid === null || patch === null) {
    if (said !== null) return { ...nothing, size: said, confirmedBy: ['config.json'] };
    return {
      ...nothing,
      size: agreed(
        sources.settings.map(({ view }) => imageSizeOf(view)),
        String,
      ),
    };
  }
  // A table that is no square tells the number of patches only.
  if (grid === 'no-square') return { ...nothing, size: null };
  const size: readonly [number, number] = [grid.rows * patch, grid.columns * patch];
  if (said === null) return { ...nothing, size };
  // Sides that are no multiple of the patch are cut off, as in 378 or 384 pixels at patches of 14.
  if (patchesOf(said, patch) === grid.rows * grid.columns)
    return { ...nothing, size: said, confirmedBy: ['config.json'] };
  const message = l10n.t(
    'config.json says pictures of {0} pixels, but the position table is for {1}: that is used.',
    said.join(' x '),
    size.join(' x '),
  );
  return { ...nothing, size, warnings: [{ code: 'config-contradiction', message }] };
}

type TableGrid = { readonly rows: number; readonly columns: number } | 'no-square';

/** Grid of a position table, (1, tokens, width), (tokens, width) or (1, rows, columns, width). */
function gridOfTable(table: TensorEntry | null, prefix: Model['prefixTokens'], width: number): TableGrid | null {
  if (table?.shape.at(-1) !== width) return null;
  const [one, rows, columns] = table.shape;
  if (table.shape.length === 4 && one === 1 && rows !== undefined && columns !== undefined) return { rows, columns };
  for (const patches of patchCounts(table, prefix, width)) {
    const side = Math.sqrt(patches);
    if (Number.isInteger(side) && side > 0) return { rows: side, columns: side };
  }
  return 'no-square';
}

/** How many patches a table in one row may have positions for: registers, or all prefix tokens, may have none. */
function patchCounts(table: TensorEntry | null, prefix: Model['prefixTokens'], width: number): number[] {
  if (table?.shape.at(-1) !== width || table.shape.length === 4) return [];
  const tokens = elementCount(table.shape) / width;
  const { class: classes, distillation, registers } = prefix;
  return [classes + distillation + registers, classes + distillation, classes, 0].map((count) => tokens - count);
}

/** Grid of a table of relative biases between all patches: (2 side - 1)^2 entries, and 3 for the class token. */
function gridOfBias({ biasTables }: EmbeddingNames, sources: GeometrySources): TableGrid | null {
  const entries = firstOf(biasTables, sources)?.shape[0] ?? 0;
  for (const extra of [3, 0]) {
    const side = (Math.sqrt(entries - extra) + 1) / 2;
    if (Number.isInteger(side) && side > 1) return { rows: side, columns: side };
  }
  return null;
}

/** Grid of the masks of shifted windows: one mask a window, one row a patch of the window. */
function gridOfWindows({ windowMasks }: EmbeddingNames, sources: GeometrySources): TableGrid | null {
  const [windows = 0, tokens = 0] = firstOf(windowMasks ?? [], sources)?.shape ?? [];
  const side = Math.sqrt(windows) * Math.sqrt(tokens);
  return Number.isInteger(side) && side > 0 ? { rows: side, columns: side } : null;
}

function imageSizeOf(view: ConfigView): readonly [number, number] | null {
  const side = view.count(IMAGE_SIZES);
  if (side !== null) return [side.value, side.value];
  const sides = view.counts(IMAGE_SIZES)?.value ?? view.section('pretrained_cfg')?.counts(IMAGE_SIZES)?.value;
  // timm writes (colours, height, width).
  const [height, width] = sides?.slice(-2) ?? [];
  return height === undefined || width === undefined ? null : [height, width];
}

function patchesOf([height, width]: readonly [number, number], patch: number): number {
  return Math.floor(height / patch) * Math.floor(width / patch);
}

/** Tokens in a tensor of one or more token vectors. */
function tokenCount(tensor: TensorEntry | null, width: number): number {
  const count = tensor?.shape.at(-1) === width ? elementCount(tensor.shape) / width : 0;
  return Number.isInteger(count) ? count : 0;
}

function firstOf(names: readonly string[], sources: GeometrySources): TensorEntry | null {
  return first(names, sources.find);
}

function first<Item, Value>(items: readonly Item[], valueOf: (item: Item) => Value | null): Value | null {
  for (const item of items) {
    const value = valueOf(item);
    if (value !== null) return value;
  }
  return null;
}

/** The value on which all agree that have one; null when they differ. */
function agreed<Value>(
  values: readonly (Value | null)[],
  identity: (value: Value) => unknown = (value) => value,
): Value | null {
  const said = values.filter((value) => value !== null);
  const [one] = said;
  return one !== undefined && said.every((value) => identity(value) === identity(one)) ? one : null;
}
