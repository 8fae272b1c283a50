import type { Basis } from '../core/analysis/figures.js';
import type { RecognitionOptions } from '../core/model/model.js';
import type { InspectRequest } from '../host/engine/contract.js';
import type { AdapterChoice } from '../protocol/worker.js';
import { UsageError } from './usage-error.js';

/** Options that every command on a checkpoint takes, as the parser gives them. */
export interface CommonFlags {
  readonly model?: string;
  readonly heads?: string;
  readonly patch?: string;
  readonly imageSize?: string;
  readonly basis?: string;
  readonly adapter?: string;
  readonly adapterAlpha?: string;
  readonly json?: string | true;
  readonly threads?: string;
  readonly cache: boolean;
  readonly quiet?: true;
}

/** The same, checked. */
export interface CommonOptions {
  readonly model: string | null;
  readonly recognition: RecognitionOptions;
  readonly basis: Basis;
  /** A LoRA adapter to lay over the checkpoint, or what is said of the one in it; null for neither. */
  readonly adapter: AdapterChoice | null;
  /** Where JSON goes: a file, `-` for standard output, or null for readable text. */
  readonly json: string | null;
  readonly threads: number | null;
  readonly cache: boolean;
  readonly quiet: boolean;
}

/** More threads than any machine of today has processors. */
const MOST_THREADS = 1_024;

/** Larger than any head count, patch or picture side in use. */
const MOST = 65_536;

/** Checks the common options. @throws UsageError naming the option, what was expected and what was given. */
export function commonOptions(flags: CommonFlags): CommonOptions {
  const recognition: RecognitionOptions = {
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.heads === undefined ? {} : { heads: wholeNumber('--heads', flags.heads, MOST) }),
    ...(flags.patch === undefined ? {} : { patch: wholeNumber('--patch', flags.patch, MOST) }),
    ...(flags.imageSize === undefined ? {} : { imageSize: pictureSize(flags.imageSize) }),
  };
  return {
    model: flags.model ?? null,
    recognition,
    basis: basis(flags.basis ?? 'folded'),
    adapter: adapterChoice(flags),
    json: flags.json === true ? '-' : (flags.json ?? null),
    threads: flags.threads === undefined ? null : wholeNumber('--threads', flags.threads, MOST_THREADS),
    cache: flags.cache,
    quiet: flags.quiet ?? false,
  };
}

/** How an engine is asked for the checkpoint of a command. */
export function inspectRequest(
  file: string,
  { recognition, adapter }: Pick<CommonOptions, 'recognition' | 'adapter'>,
): InspectRequest {
  return { path: file, options: recognition, partial: false, ...(adapter === null ? {} : { adapter }) };
}

function adapterChoice({ adapter, adapterAlpha }: CommonFlags): AdapterChoice | null {
  if (adapter === undefined && adapterAlpha === undefined) return null;
  const alpha = adapterAlpha === undefined ? null : Number(adapterAlpha);
  if (alpha === null || (Number.isFinite(alpha) && alpha > 0)) return { path: adapter ?? null, alpha };
  throw new UsageError(`--adapter-alpha takes a number above 0, not ${adapterAlpha ?? ''}`);
}

function basis(text: string): Basis {
  if (text === 'folded' || text === 'raw') return text;
  throw new UsageError(`--basis takes folded or raw, not ${text}`);
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new UsageError(`${option} takes a whole number from 1 to ${String(most)}, not ${text}`);
}

function pictureSize(text: string): [number, number] {
  const [height, width, ...rest] = text.split('x');
  if (height === undefined || width === undefined || rest.length > 0) {
    throw new UsageError(`--image-size takes HEIGHTxWIDTH, such as 224x224, not ${text}`);
  }
  return [wholeNumber('--image-size', height, MOST), wholeNumber('--image-size', width, MOST)];
}
