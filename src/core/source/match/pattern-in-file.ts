/**
 * A pattern of the code as the file writes it: `Transformer.encoderblock_{i}.MlpBlock_0` for `Transformer/encoderblock_4/MlpBlock_3` is
 * `Transformer/encoderblock_{i}/MlpBlock_3`. Each part of the one stands for one part of the other; where Keras numbers variables,
 * `layers.block_{i}_norm.gamma` for `layers/layer_normalization_4/vars/0` is `layers/layer_normalization{i}/vars/0`.
 * @param prefix what stands before the pattern in the code's names, with a dot behind.
 * @param file a name or path of the file that the pattern stands for.
 */
export function patternInFile(prefix: string, pattern: string, file: string): string {
  const parts = `${prefix}${pattern}`.split('.').filter((part) => part !== '');
  const own = file.split(/[/.]/u);
  const separators = file.split(/[^/.]+/u).slice(1);
  const [, variable = ''] = /\/(vars\/\d+)$/u.exec(file) ?? [];
  if (variable !== '' && own.length === parts.length + 1) parts.splice(-1, 1, ...variable.split('/'));
  if (own.length !== parts.length) return pattern === '' ? prefix.replace(/\.$/u, '') : `${prefix}${pattern}`;
  return parts.map((part, index) => `${inPart(part, own[index] ?? '')}${separators[index] ?? ''}`).join('');
}

function inPart(part: string, own: string): string {
  const [letter] = /\{\w\}/u.exec(part) ?? [];
  if (letter === undefined) return own;
  const [before = '', after = ''] = part.split(letter);
  const same = own.length >= before.length + after.length && own.startsWith(before) && own.endsWith(after);
  return same ? part : own.replace(/(?:_\d+)?$/u, letter);
}
