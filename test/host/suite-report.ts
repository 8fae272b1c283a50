import * as v from 'valibot';

const schema = v.object({
  tests: v.array(
    v.object({
      title: v.string(),
      state: v.picklist(['passed', 'failed', 'skipped']),
      durationMs: v.number(),
      /** Stack of what failed; empty otherwise. */
      error: v.string(),
    }),
  ),
  /** Why the suite did not load or did not end; empty when it did. */
  fault: v.string(),
});

/** What a suite inside the editor hands to its runner, as JSON in the file that `SUITE_REPORT` names. */
export type SuiteReport = v.InferOutput<typeof schema>;

/** Checks a report that was read. @throws when it is none */
export const parseSuiteReport = (json: string): SuiteReport => v.parse(schema, JSON.parse(json));

/** Prints each test and the sums; the last line is read by `npm test`. @returns whether something ran and nothing failed */
export function printSuiteReport({ tests, fault }: SuiteReport): boolean {
  const count = (state: string): number => tests.filter((test) => test.state === state).length;
  for (const { title, state, durationMs, error } of tests) {
    console.log(`${state.padEnd(7)} ${title} (${durationMs.toFixed(0)} ms)`);
    if (error !== '') console.log(error.replaceAll(/^/gm, '        '));
  }
  if (fault !== '') console.log(fault);
  const failed = count('failed') + (fault === '' ? 0 : 1);
  console.log(
    `${count('passed').toString()} passed, ${failed.toString()} failed, ${count('skipped').toString()} skipped`,
  );
  return failed === 0 && count('passed') > 0;
}
