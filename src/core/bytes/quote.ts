/** Longer names are shortened in the middle of a sentence. */
const MAX_QUOTED = 100;

/** A name that came out of a file, made safe for one line of text: control characters escaped, shortened. */
export function quoteName(name: string): string {
  const shown = name.length > MAX_QUOTED ? `${name.slice(0, MAX_QUOTED)}...` : name;
  // Control, bidirectional and line-separating characters could forge or hide parts of a message.
  return shown.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** A whole number with its digits in groups of three: `44 136 744`. */
export function groupDigits(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/gu, ' ');
}
