import { CheckpointError } from '../errors.js';

const FRESH_COPY = 'the file is damaged; download or copy it again';

/** What to do about a file that is cut short. */
export const DOWNLOAD_STOPPED = 'most likely the download or save stopped; get the file again';

/** A file that contradicts itself. */
export function malformed(file: string, problem: string, advice = FRESH_COPY): CheckpointError {
  return new CheckpointError('malformed', file, problem, advice);
}

/** A file that asks for more than any real checkpoint needs. */
export function beyondLimit(file: string, problem: string): CheckpointError {
  return new CheckpointError('limit', file, problem, 'no real checkpoint needs that much; if yours does, report it');
}
