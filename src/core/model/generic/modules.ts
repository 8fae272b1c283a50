import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import type { Warning } from '../../errors.js';
import { isFused, joinPath } from '../layout.js';
import type { NamedTensor, TensorNames } from '../tensor-names.js';
import { type Convention, CONVENTIONS, PROJECTION_NAMES } from './conventions.js';
import { andMore } from '../../text/lists.js';

/** A module that owns a query and a key weight. */
export interface AttentionModule {
  /** A tensor by which it was found, for its numbers and where its segments start. */
  readonly anchor: NamedTensor;
  readonly path: string;
  /** Segments of the path. */
  readonly depth: number;
  readonly convention: Convention;
}

/** Most segments of a name in the table of conventions. */
const MAX_SEGMENTS = Math.max(...[...PROJECTION_NAMES].map((name) => name.split('.').length));

/** Modules with only one of query and key are named one by one up to this number. */
const MAX_NAMED = 5;

/** True for a tensor whose name is that of a query, key or fused projection. */
export function looksLikeProjection(named: NamedTensor): boolean {
  return projectionName(named) !== null;
}

/** The part of a name that is a query, key or fused weight; null for other names. */
function projectionName({ name, starts }: NamedTensor): string | null {
  for (let segments = 1; segments <= MAX_SEGMENTS; segments++) {
    const end = name.slice(starts.at(-segments) ?? 0);
    if (PROJECTION_NAMES.has(end)) return end;
  }
  return null;
}

/** Attention modules among some tensors, and a warning for those with only one of query and key. */
export function findModules(
  names: TensorNames,
  among: readonly NamedTensor[],
): { modules: AttentionModule[]; warnings: Warning[] } {
  const modules: AttentionModule[] = [];
  const halves: string[] = [];
  const seen = new Set<string>();
  for (const anchor of among) {
    const name = projectionName(anchor);
    if (name === null) continue;
    const depth = anchor.starts.length - name.split('.').length;
    const path = anchor.name.slice(0, Math.max(0, (anchor.starts[depth] ?? 0) - 1));
    if (seen.has(path)) continue;
    seen.add(path);
    const convention = CONVENTIONS.find((each) => isComplete(names, path, each));
    if (convention !== undefined) modules.push({ anchor, path, depth, convention });
    // `in_proj` alone is a name of many things, such as the first layer of a Mamba block.
    else if (name !== 'in_proj.weight') halves.push(anchor.name);
  }
  return { modules, warnings: halves.length === 0 ? [] : [halfWarning(halves)] };
}

function isComplete(names: TensorNames, path: string, { weights, strict }: Convention): boolean {
  if (!isFused(weights)) return names.has(joinPath(path, weights.query)) && names.has(joinPath(path, weights.key));
  const tensor = names.get(joinPath(path, weights.fused));
  const [rows = 0, columns = 0] = tensor?.shape ?? [];
  return tensor !== null && (strict !== true || rows === 3 * columns);
}

function halfWarning(halves: readonly string[]): Warning {
  const shown = halves.slice(0, MAX_NAMED).map(quoteName).join(', ');
  return {
    code: 'half-attention',
    message: l10n.t(
      '{0}: the name is that of a query or key weight, but its partner is missing beside it; nothing was computed from it.',
      andMore(shown, halves.length - MAX_NAMED),
    ),
  };
}
