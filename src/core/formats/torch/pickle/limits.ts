/** Every number that a pickle may claim is held against one of these. */

/** Ten times the pickle of the largest training states seen (100,000 tensors). */
export const MAX_PICKLE_BYTES = 64 * 2 ** 20;

/** A training state of 100,000 tensors takes 4 million steps. */
export const MAX_STEPS = 10_000_000;

/** Objects of all kinds; a training state of 100,000 tensors has 1.2 million. About 100 bytes of memory each. */
export const MAX_OBJECTS = 2_000_000;

/** Values waiting on the stack; picklers put at most 1,000 items there at once, only a tuple can need more. */
export const MAX_STACK = 1_000_000;

/** Remembered values; picklers remember every object. */
export const MAX_MEMO = 2_000_000;

/** Bytes of one integer: random generators keep states of 128 bits, keys have some thousand. Longer ones take quadratic time. */
export const MAX_INTEGER_BYTES = 1_024;

/** Characters of a line of text in the stream, such as the name of a class. */
export const MAX_LINE = 4_096;

/** Dictionaries and lists inside each other; a deep model of nested modules has some fifty. */
export const MAX_NESTING = 500;

/** Tensors listed; shared parts count each time they are named. */
export const MAX_TENSORS = 200_000;

/** Values looked at on the way to the tensors; parts that hold tensors are gone through once for each of their names. */
export const MAX_VISITS = 4_000_000;

/** Characters of a tensor's full path. */
export const MAX_NAME = 4_096;

/** Longer lists of plain values (losses, indices, random states) are no settings. */
export const MAX_LISTED = 64;
