/** The error of this package. Its `code` says what was wrong, its message which value and what would be right. */

/** What is wrong with a trace, a file, or an option of the recorder. */
export type TraceFault =
  | 'compression'
  | 'magic'
  | 'version'
  | 'length'
  | 'operation'
  | 'thread'
  | 'alignment'
  | 'object'
  | 'size'
  | 'option';

/** A trace or a file that is not what it says it is (nothing has been returned), or an option out of its range. */
export class TraceError extends Error {
  readonly code: TraceFault;

  constructor(code: TraceFault, message: string) {
    super(message);
    this.name = 'TraceError';
    this.code = code;
  }
}
