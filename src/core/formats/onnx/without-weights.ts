import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits } from '../../bytes/quote.js';
import { MessageWriter } from '../../inference/onnx/wire.js';
import { WIRE, type WireField, WireProblem } from '../../onnx/wire.js';
import { malformed } from '../problem.js';
import { Message } from './messages.js';
import { Pages } from './pages.js';

/** Fields of ModelProto, GraphProto and TensorProto. */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR = { raw: 9, external: 13, place: 14 } as const;
/** TensorProto.DataLocation. */
const EXTERNAL = 1;

/** Smaller tensors stay inside: the runtime infers shapes from some of them. */
const LEAST = 1_024;

/**
 * The bytes of an ONNX model whose initializers stay where they lie: those in the file become external data in that same file.
 * @param locationOf path of a data file, named as the model names it, below the folder that the runtime gets; null: the model's own.
 * @param least bytes of the smallest initializer that is left out.
 * @throws CheckpointError `malformed`.
 */
export async function withoutWeights(
  source: ByteSource,
  locationOf: (name: string | null) => string,
  least = LEAST,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await moved(new Pages(source), locationOf, least);
  } catch (error) {
    if (!(error instanceof WireProblem)) throw error;
    throw malformed(source.name, l10n.t('at byte {0} {1}', groupDigits(error.at), error.problem));
  }
}

async function moved(
  pages: Pages,
  locationOf: (name: string | null) => string,
  least: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const tensor = async ({ start, end }: WireField): Promise<Uint8Array<ArrayBuffer> | null> => {
    const message = await Message.read(pages, { start, end });
    const [raw, ...more] = message.all(TENSOR.raw);
    const entries = message.all(TENSOR.external);
    if (entries.length > 0) {
      return rewritten(pages, { start, end }, async (field) => {
        if (field.number !== TENSOR.external) return null;
        const entry = await message.inner(field);
        if ((await entry.text(1)) !== 'location') return null;
        return written('location', locationOf(await entry.text(2))).finish();
      });
    }
    if (raw === undefined || more.length > 0 || raw.end - raw.start < least) return null;
    const own = await rewritten(pages, { start, end }, (field) => (field.number === TENSOR.raw ? DROPPED : null));
    const places = { location: locationOf(null), offset: String(raw.start), length: String(raw.end - raw.start) };
    const added = new MessageWriter();
    for (const [key, value] of Object.entries(places)) added.message(TENSOR.external, written(key, value));
    return joined([own, added.int(TENSOR.place, EXTERNAL).finish()]);
  };
  return rewritten(pages, { start: 0, end: pages.source.size }, (field) =>
    field.number !== MODEL_GRAPH || field.wire !== WIRE.bytes
      ? null
      : rewritten(pages, field, (inner) => (inner.number === GRAPH_INITIALIZER ? tensor(inner) : null)),
  );
}

const DROPPED = 'dropped';

/**
 * A message with some of its fields replaced.
 * @param replace gives the new content of a field, null to leave it as it is.
 */
async function rewritten(
  pages: Pages,
  { start, end }: Pick<WireField, 'start' | 'end'>,
  replace: (
    field: WireField,
  ) => Promise<Uint8Array<ArrayBuffer> | null> | Uint8Array<ArrayBuffer> | typeof DROPPED | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let from = start;
  let to = start;
  const keep = async (): Promise<void> => {
    if (to > from) parts.push(await pages.source.read(from, to - from));
  };
  for await (const field of pages.walk(start, end)) {
    const own = await replace(field);
    if (own !== null) {
      await keep();
      if (own !== DROPPED) parts.push(new MessageWriter().bytes(field.number, own).finish());
      from = field.end;
    }
    to = field.end;
  }
  await keep();
  return joined(parts);
}

function written(key: string, value: string): MessageWriter {
  return new MessageWriter().text(1, key).text(2, value);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
