import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../../errors.js';
import { WIRE, WireProblem } from '../../onnx/wire.js';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits } from '../../bytes/quote.js';
import { downloadStopped, malformed } from '../problem.js';
import { Message } from './messages.js';
import { Pages } from './pages.js';
import type { ParsedFunction, ParsedGraph, ParsedModel } from './parsed.js';
import { readFunction, readGraph } from './read-graph.js';

/** Fields of ModelProto. */
const MODEL = {
  irVersion: 1,
  producer: 2,
  producerVersion: 3,
  domain: 4,
  modelVersion: 5,
  graph: 7,
  operatorSet: 8,
  metadata: 14,
  functions: 25,
} as const;

/** Notes of an exporter that are kept. */
const MAX_NOTES = 1_000;
/** Longer notes are pictures or programs in disguise. */
const MAX_NOTE = 2_000;

/** Reads all of an ONNX file but its weights. @throws CheckpointError naming the place of what is wrong. */
export async function readModel(source: ByteSource): Promise<ParsedModel> {
  try {
    return await parse(new Pages(source));
  } catch (error) {
    if (!(error instanceof WireProblem)) throw error;
    const at = Math.min(error.at, source.size);
    const problem = l10n.t('at byte {0} {1}', groupDigits(at), error.problem);
    // A file that ends early shows in a part that is longer than the rest of the file.
    if (error.at > source.size || /longer than|file ends/u.test(error.problem)) {
      throw new CheckpointError('truncated', source.name, problem, downloadStopped());
    }
    throw malformed(source.name, problem);
  }
}

async function parse(pages: Pages): Promise<ParsedModel> {
  const model = await Message.read(pages, { start: 0, end: pages.source.size });
  const graphs: ParsedGraph[] = [];
  for (const field of model.all(MODEL.graph)) {
    if (field.wire === WIRE.bytes) graphs.push(await readGraph(pages, field));
  }
  const [graph, ...others] = graphs;
  if (graph === undefined || others.length > 0) {
    throw malformed(
      pages.source.name,
      graph === undefined ? l10n.t('it holds no graph') : l10n.t('it holds several graphs'),
    );
  }
  const functions: ParsedFunction[] = [];
  for (const field of model.all(MODEL.functions)) functions.push(await readFunction(await model.inner(field)));
  return { graph, functions, operatorSets: await readOperatorSets(model), notes: await readNotes(model) };
}

async function readOperatorSets(model: Message): Promise<Map<string, number>> {
  const sets = new Map<string, number>();
  for (const field of model.all(MODEL.operatorSet)) {
    const set = await model.inner(field);
    const domain = await set.text(1);
    sets.set(domain === 'ai.onnx' ? '' : domain, set.int(2) ?? 0);
  }
  return sets;
}

async function readNotes(model: Message): Promise<Map<string, string | number>> {
  const notes = new Map<string, string | number>();
  const put = (key: string, value: string | number): void => {
    if (value !== '' && notes.size < MAX_NOTES) notes.set(key, value);
  };
  put('ir_version', model.int(MODEL.irVersion) ?? '');
  put('producer_name', await model.text(MODEL.producer));
  put('producer_version', await model.text(MODEL.producerVersion));
  put('domain', await model.text(MODEL.domain));
  put('model_version', model.int(MODEL.modelVersion) ?? '');
  for (const field of model.all(MODEL.metadata)) {
    if (field.wire !== WIRE.bytes || field.end - field.start > MAX_NOTE) continue;
    const entry = await model.inner(field);
    put(`metadata.${await entry.text(1)}`, await entry.text(2));
  }
  return notes;
}
