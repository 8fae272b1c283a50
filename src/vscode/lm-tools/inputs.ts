import * as v from 'valibot';

/** Longer than any path. */
const MAX_PATH = 4_096;

const path = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_PATH));
const model = v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(200)));
const basis = v.optional(v.picklist(['folded', 'raw']));
const index = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What a chat may ask the tools; a test ties it to the schemas of package.json. */
export const TOOL_INPUTS = {
  inspect: v.strictObject({ path }),
  analyze: v.strictObject({ path, model, basis }),
  head: v.strictObject({ path, model, basis, layer: index, head: index }),
} as const;

/** Names of the tools as package.json contributes them. */
export const TOOLS = {
  inspect: 'qk-lens_inspect',
  analyze: 'qk-lens_analyze',
  head: 'qk-lens_head',
} as const satisfies Record<keyof typeof TOOL_INPUTS, string>;
