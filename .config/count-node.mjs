import path from 'node:path';

/** A suite also fails because of its tests, which are counted themselves. @param {Error} error */
const isSumOfSubtests = (error) => 'failureType' in error && error.failureType === 'subtestsFailed';

/**
 * A reporter of node:test that says the counts the way every suite of `npm test` says them.
 * @param {AsyncIterable<import('node:test/reporters').TestEvent>} events
 */
export default async function* countReporter(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    if (type === 'test:fail' && !isSumOfSubtests(data.details.error)) counts.failed++;
    if (type !== 'test:pass' || data.details.type === 'suite') continue;
    // a file in which there was no test passes as a test of its own name
    const empty = path.resolve(data.name) === data.file;
    if (empty) yield `There is no test in ${data.name}.\n`;
    counts[empty ? 'failed' : data.skip || data.todo ? 'skipped' : 'passed']++;
  }
  yield `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
}
