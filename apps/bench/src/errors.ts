/**
 * The errors of the bench. Each has a `code` that tests and the runner can act on, and a message that names what was
 * found where, and what would be right.
 *
 *   ShadowError       the allocator under check broke a rule that the shadow checker knows
 *   UnsupportedError  a workload asks for something that the allocator does not have; a cell of the table, not a failure
 *   BenchError        anything else: an unknown name, a missing build, a cell that failed
 */

/** What an allocator did wrong. */
export type ShadowFault =
  | 'exhausted'
  | 'misaligned'
  | 'outside'
  | 'overlap'
  | 'content'
  | 'not-zeroed'
  | 'usable-size'
  | 'live-set'
  | 'audit'
  | 'leak';

export class ShadowError extends Error {
  readonly code: ShadowFault;

  constructor(code: ShadowFault, message: string) {
    super(message);
    this.name = 'ShadowError';
    this.code = code;
  }
}

/** `reason` fits into a cell of the table: a few words, no full stop. */
export class UnsupportedError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'UnsupportedError';
    this.reason = reason;
  }
}

/** Tells it by its name: an error that comes from a Worker has lost its class. */
export function isUnsupported(error: unknown): error is UnsupportedError {
  return error instanceof Error && error.name === 'UnsupportedError' && 'reason' in error;
}

export class BenchError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BenchError';
  }
}
