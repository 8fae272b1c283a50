/** `{a,b}{c,d}` is four patterns; more than these are not written by hand, and the rest of them is left out. */
const MOST_ALTERNATIVES = 256;

/** Longer ones match nothing. */
const MOST_CHARACTERS = 1_000;

/** Tells whether paths match a glob as the editor writes them: `*`, `?`, `**`, `{a,b}`, `[a-z]` and `[!a-z]`. Takes no longer for hostile ones. */
export function globMatcher(glob: string): (path: string) => boolean {
  const whole = glob.length > MOST_CHARACTERS ? [] : alternatives(glob);
  const patterns = whole.map((pattern) => pattern.split('/').map(segmentOf));
  return (path) => {
    const names = path.split('/');
    return patterns.some((segments) => matchesSegments(segments, names));
  };
}

/** Accepts one character; a star, any number of them. */
type Token = 'star' | ((character: string) => boolean);

/** One part between slashes; `**` stands for any number of folders. */
type Segment = 'folders' | readonly Token[];

/** The patterns that braces stand for; braces that do not close are characters. */
function alternatives(glob: string): string[] {
  const open = glob.indexOf('{');
  const inside = open < 0 ? null : insideBraces(glob, open);
  if (inside === null) return [glob];
  const { parts, end } = inside;
  const tails = alternatives(glob.slice(end + 1));
  const heads = parts.flatMap(alternatives);
  return heads.flatMap((head) => tails.map((tail) => glob.slice(0, open) + head + tail)).slice(0, MOST_ALTERNATIVES);
}

function insideBraces(glob: string, open: number): { readonly parts: string[]; readonly end: number } | null {
  const parts: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < glob.length; at++) {
    const character = glob[at];
    if (character === '{') depth++;
    else if (character === '}') depth--;
    if (depth === 0 || (depth === 1 && character === ',')) {
      parts.push(glob.slice(start, at));
      start = at + 1;
    }
    if (depth === 0) return { parts, end: at };
  }
  return null;
}

function segmentOf(text: string): Segment {
  if (text === '**') return 'folders';
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const close = character === '[' ? text.indexOf(']', at + 2) : -1;
    if (character === '*') tokens.push('star');
    else if (character === '?') tokens.push(() => true);
    else if (close > 0) {
      tokens.push(characterClass(text.slice(at + 1, close)));
      at = close;
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

function characterClass(text: string): (character: string) => boolean {
  const isNegated = /^[!^]/u.test(text);
  const ranges = [...text.slice(isNegated ? 1 : 0).matchAll(/(.)-(.)|(.)/gu)];
  return (character) =>
    isNegated !==
    ranges.some(
      ([, from, to, one]) => one === character || ((from ?? '\uffff') <= character && character <= (to ?? '')),
    );
}

/** Which starts of the segments match the names so far, name by name: no way back, so no time is lost on many stars. */
function matchesSegments(segments: readonly Segment[], names: readonly string[]): boolean {
  let reached = skipFolders(segments, new Set([0]));
  for (const name of names) {
    const next = new Set<number>();
    for (const at of reached) {
      const segment = segments[at];
      if (segment === 'folders') next.add(at);
      else if (segment !== undefined && matchesTokens(segment, name)) next.add(at + 1);
    }
    reached = skipFolders(segments, next);
  }
  return reached.has(segments.length);
}

/** `**` may stand for no folder at all. */
function skipFolders(segments: readonly Segment[], reached: Set<number>): Set<number> {
  for (const at of reached) if (segments[at] === 'folders') reached.add(at + 1);
  return reached;
}

/** The last star takes one more character where the rest does not match. */
function matchesTokens(tokens: readonly Token[], name: string): boolean {
  let token = 0;
  let star = -1;
  let taken = 0;
  for (let at = 0; at < name.length;) {
    const current = tokens[token];
    if (current === 'star') {
      star = token++;
      taken = at;
    } else if (current?.(name.charAt(at)) === true) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++taken;
    } else return false;
  }
  return tokens.slice(token).every((rest) => rest === 'star');
}
