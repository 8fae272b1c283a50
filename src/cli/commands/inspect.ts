import { headToJson } from '../../core/export/analysis-json.js';
import { modelToJson } from '../../core/export/model-json.js';
import { elementCount } from '../../core/tensors/tensor-index.js';
import { DTYPES } from '../../core/tensors/dtype.js';
import type { Inspection } from '../../host/engine/contract.js';
import { chooseModels } from '../choose-models.js';
import type { CommandContext } from '../context.js';
import { type CommonOptions, inspectRequest } from '../options.js';
import { print, writeJson } from '../output.js';
import { modelLines } from '../text/model-text.js';
import { noAttention, provenance, tellWarnings } from '../report.js';

/** `inspect FILE`: what the file holds and what it was recognised as. */
export async function inspectCommand(
  context: CommandContext,
  file: string,
  options: CommonOptions,
  listTensors: boolean,
): Promise<void> {
  const inspection = await context.engine.inspect(inspectRequest(file, options), context.signal);
  const models =
    options.model === null ? inspection.recognition.models : chooseModels(inspection.recognition, options.model);
  const warnings = [...inspection.warnings, ...noAttention(inspection)];
  const bytes = inspection.tensors.reduce(
    (sum, tensor) => sum + elementCount(tensor.shape) * DTYPES[tensor.dtype].bytes,
    0,
  );
  const count = inspection.tensors.length;
  if (options.json !== null) {
    await writeJson(options.json, {
      ...headToJson(provenance(context, 'inspect', inspection, 0, warnings)),
      tensors: { count, bytes, ...(listTensors ? { list: tensorList(inspection) } : {}) },
      models: models.map(modelToJson),
    });
    return;
  }
  tellWarnings(warnings, options.quiet);
  const lines = [
    `${file}: ${inspection.source.format}, ${String(count)} tensors, ${String(bytes)} bytes of data`,
    ...models.flatMap((model) => ['', ...modelLines(model)]),
    ...(listTensors ? ['', ...tensorLines(inspection)] : []),
  ];
  await print(`${lines.join('\n')}\n`);
}

function tensorList({ tensors }: Inspection) {
  return tensors.map(({ name, dtype, shape }) => ({
    name,
    dtype,
    shape,
    bytes: elementCount(shape) * DTYPES[dtype].bytes,
  }));
}

function tensorLines(inspection: Inspection): string[] {
  return tensorList(inspection).map(
    ({ name, dtype, shape, bytes }) => `${name}  ${DTYPES[dtype].label}  (${shape.join(', ')})  ${String(bytes)} bytes`,
  );
}
