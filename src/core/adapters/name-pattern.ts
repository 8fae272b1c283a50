/** One character of a pattern, and how often it may stand. */
interface Step {
  readonly fits: (character: string) => boolean;
  readonly least: 0 | 1;
  readonly many: boolean;
}

/** Longer patterns are no names of modules. */
const MAX_PATTERN = 500;

/**
 * A regular expression of the kinds that stand for names of modules: characters, `.`, `\d`, `\.`, sets in brackets, each with `*`, `+`
 * or `?`. It is matched in time that grows with pattern times name, whatever a file says; null for anything beyond.
 */
export function namePattern(pattern: string): ((name: string) => boolean) | null {
  const steps = stepsOf(pattern.replace(/^\^/u, '').replace(/(?<!\\)\$$/u, ''));
  if (steps === null) return null;
  // As PEFT's re.match(rf"(.*\.)?({key})$", name) does: the whole name, or its end behind a dot.
  return (name) => {
    const starts = [0];
    for (let at = 0; at < name.length; at++) if (name[at] === '.') starts.push(at + 1);
    return pattern.startsWith('^') ? reachesEnd(steps, name, [0]) : reachesEnd(steps, name, starts);
  };
}

function stepsOf(pattern: string): Step[] | null {
  if (pattern.length > MAX_PATTERN) return null;
  const steps: Step[] = [];
  let at = 0;
  while (at < pattern.length) {
    const taken = unitAt(pattern, at);
    if (taken === null) return null;
    at += taken.length;
    const repeat = pattern[at] ?? '';
    const repeats = repeat !== '' && '*+?'.includes(repeat);
    if (repeats) at++;
    steps.push({
      fits: taken.fits,
      least: repeats && repeat !== '+' ? 0 : 1,
      many: repeats && repeat !== '?',
    });
  }
  return steps;
}

/** One unit of a pattern, which stands for a character, and the length of its text. */
function unitAt(pattern: string, at: number): { fits: Step['fits']; length: number } | null {
  const first = pattern[at] ?? '';
  if (first === '\\') {
    const second = pattern[at + 1] ?? '';
    if (second === 'd') return { fits: isDigit, length: 2 };
    return /[.\-_]/u.test(second) ? { fits: (character) => character === second, length: 2 } : null;
  }
  if (first === '[') return setAt(pattern, at);
  if (first === '.') return { fits: () => true, length: 1 };
  return /[\w\-]/u.test(first) ? { fits: (character) => character === first, length: 1 } : null;
}

/** A set such as `[0-9]` or `[kq]`. */
function setAt(pattern: string, at: number): { fits: Step['fits']; length: number } | null {
  const end = pattern.indexOf(']', at);
  const inside = end < 0 ? '' : pattern.slice(at + 1, end);
  if (!/^(\w-\w|\w)+$/u.test(inside)) return null;
  const ranges = inside.match(/\w-\w|\w/gu) ?? [];
  const fits = (character: string): boolean =>
    ranges.some((range) => character >= range.charAt(0) && character <= range.charAt(range.length - 1));
  return { fits, length: end + 1 - at };
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

/** True where the steps, begun at one of these places, can end with the name: all ways are followed at once. */
function reachesEnd(steps: readonly Step[], name: string, starts: readonly number[]): boolean {
  let now = new Uint8Array(name.length + 1);
  for (const start of starts) now[start] = 1;
  for (const { fits, least, many } of steps) {
    const next = new Uint8Array(name.length + 1);
    for (let at = 0; at <= name.length; at++) {
      if (now[at] === 1 && least === 0) next[at] = 1;
      const goesOn = now[at] === 1 || (many && next[at] === 1);
      if (at < name.length && goesOn && fits(name.charAt(at))) next[at + 1] = 1;
    }
    now = next;
  }
  return now[name.length] === 1;
}
