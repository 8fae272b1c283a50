/** Why a checkpoint cannot be read or analysed; the interface chooses its page by it. */
export type ProblemCode =
  | 'empty'
  | 'truncated'
  | 'malformed'
  | 'hostile'
  | 'unsupported'
  | 'missing-file'
  | 'outside-folder'
  | 'changed'
  | 'not-a-checkpoint'
  | 'limit'
  | 'unreadable'
  | 'wrong-use'
  | 'worker-stopped';

/** What a reader can still give of a file that is cut short. */
export interface Remains {
  /** Tensors that lie whole before the break. */
  readonly wholeTensors: number;
  /** Name of the tensor in which the file ends. */
  readonly brokenTensor: string;
}

/** A failure that a person can act on: the file, what is wrong and where, what to do. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';

  /**
   * @param code kind of failure.
   * @param file name of the file as it is shown to people.
   * @param problem what is wrong and where, without a full stop at the end.
   * @param advice what the person can do, without a full stop at the end.
   * @param remains what can still be read, when the file is cut short.
   */
  constructor(
    readonly code: ProblemCode,
    readonly file: string,
    readonly problem: string,
    readonly advice: string,
    readonly remains: Remains | null = null,
  ) {
    super(`${file}: ${problem}; ${advice}`);
  }
}

/** A trouble that does not stop the work; shown beside the result. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}
