import * as l10n from '@vscode/l10n';
import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { CheckpointError } from '../../core/errors.js';

/** ONNX Runtime as its package gives it. */
export type OnnxRuntime = typeof Runtime;

/**
 * Loads ONNX Runtime with its native library; nothing else may load it. Since 1.29 its builds for Linux and macOS report sessions and
 * hashes of models to their maker unless this variable is set before they start (microsoft/onnxruntime#27379, #29843).
 * @throws CheckpointError `unsupported` where there is no library for this platform.
 */
export async function loadRuntime(): Promise<OnnxRuntime> {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new CheckpointError(
      'unsupported',
      'ONNX Runtime',
      l10n.t('it cannot be loaded on this platform ({0} {1}): {2}', process.platform, process.arch, said),
      l10n.t('install QK Lens for this platform again; everything that comes from the weights alone works without it'),
    );
  }
}

/** How sessions run. @param threads null: as many as the machine has cores. */
export function runOptions(threads: number | null): InferenceSession.SessionOptions {
  return {
    ...(threads === null ? {} : { intraOpNumThreads: threads }),
    // A plan of all memory of a run is kept from the first run on: 100 MB of a ViT-L, for no time that could be measured.
    enableMemPattern: false,
    // Threads that spin while they wait take the processors from the editor, and from each other when it is busy.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

/**
 * How models are run.
 * @param folder where the runtime finds external weights; it reads nothing outside of it.
 * @param once for a single run: the graph is taken as it is. Float16 weights, which are else widened beforehand, are so in the run:
 * loading the sample takes 120 ms in place of 205, the run 100 in place of 75.
 */
export function sessionOptions(folder: string, threads: number | null, once = false): InferenceSession.SessionOptions {
  return {
    ...runOptions(threads),
    ...(once ? { graphOptimizationLevel: 'disabled' } : {}),
    extra: {
      session: {
        model_external_initializers_file_folder_path: folder,
        // Weights in the runtime's own order make runs 7 % faster, but take a copy of all of them and, for a ViT-L, 1.1 s more to load.
        disable_prepacking: '1',
        intra_op: { allow_spinning: '0' },
      },
    },
  };
}
