/** A clause as a sentence; a first word that is a name (with a dot, a digit, ...) keeps its letters. */
export function sentence(clause: string): string {
  const text = clause.trim();
  if (text === '') return '';
  const plain = /^\p{Ll}[\p{Ll}'-]*(?=[\s,;:.]|$)/u.test(text) && !/^\S*[._/\d]\S/u.test(text);
  const start = plain ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.?]$/u.test(start) ? start : `${start}.`;
}
