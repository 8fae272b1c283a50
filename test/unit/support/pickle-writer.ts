/** Writes pickles opcode by opcode, so that tests can say what no pickler would. */

const encoder = new TextEncoder();

/** Bytes out of texts of one character a byte, and of bytes. */
export function bytesOf(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const chunks = parts.map((part) => (typeof part === 'string' ? Uint8Array.from(part, (c) => c.charCodeAt(0)) : part));
  const result = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    result.set(chunk, at);
    at += chunk.length;
  }
  return result;
}

function littleEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) % 256);
}

/** BINUNICODE. */
export function text(value: string): Uint8Array {
  const bytes = encoder.encode(value);
  return bytesOf('X', littleEndian(bytes.length, 4), bytes);
}

/** BININT1 or BININT. */
export function int(value: number): Uint8Array {
  return value >= 0 && value < 256
    ? bytesOf('K', littleEndian(value, 1))
    : bytesOf('J', littleEndian(value < 0 ? value + 2 ** 32 : value, 4));
}

/** A tuple of any length. */
export function tuple(...items: readonly Uint8Array[]): Uint8Array {
  return bytesOf('(', ...items, 't');
}

/** LONG_BINPUT and LONG_BINGET. */
export function put(index: number): Uint8Array {
  return bytesOf('r', littleEndian(index, 4));
}

export function get(index: number): Uint8Array {
  return bytesOf('j', littleEndian(index, 4));
}

/** A dictionary of texts to values. */
export function dict(entries: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return bytesOf('}(', ...Object.entries(entries).flatMap(([key, value]) => [text(key), value]), 'u');
}

/** A call of `module name`. */
export function call(name: string, ...args: readonly Uint8Array[]): Uint8Array {
  return bytesOf(`c${name.replace(' ', '\n')}\n`, tuple(...args), 'R');
}

/** An object of the class `module name` with attributes. */
export function instance(name: string, attributes: Uint8Array): Uint8Array {
  return bytesOf(`c${name.replace(' ', '\n')}\n)\x81`, attributes, 'b');
}

/** What a tensor's pickle says; the defaults are four float32 numbers in storage 0. */
export interface TensorFields {
  readonly key?: string;
  readonly storage?: string;
  readonly numel?: number;
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
}

/** A tensor as torch.save pickles it. */
export function tensor(fields: TensorFields = {}): Uint8Array {
  const { key = '0', storage = 'torch FloatStorage', numel = 4, offset = 0, shape = [4], strides = [1] } = fields;
  const id = tuple(text('storage'), bytesOf(`c${storage.replace(' ', '\n')}\n`), text(key), text('cpu'), int(numel));
  const sizes = [tuple(...shape.map(int)), tuple(...strides.map(int))];
  return call(
    'torch._utils _rebuild_tensor_v2',
    bytesOf(id, 'Q'),
    int(offset),
    ...sizes,
    bytesOf('\x89'),
    bytesOf('N'),
  );
}

/** A whole pickle of protocol 2. */
export function pickle(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return bytesOf('\x80\x02', ...parts, '.');
}
