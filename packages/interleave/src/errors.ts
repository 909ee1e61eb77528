/**
 * Every error that the explorer throws. Each has a `code` that programs can test and a message that says what was wrong with
 * which value and what would be right. What goes wrong inside a run is no error but a {@link Failure}.
 */

/** The codes of all errors. */
export type ErrorCode =
  | 'INTERLEAVE_OPTION'
  | 'INTERLEAVE_SCHEDULE'
  | 'INTERLEAVE_DIVERGENCE'
  | 'INTERLEAVE_SCENARIO'
  | 'INTERLEAVE_UNSUPPORTED'
  | 'INTERLEAVE_STATE';

/** What all errors of this package have in common. */
export abstract class InterleaveError extends Error {
  abstract readonly code: ErrorCode;
}

/** An option out of its range or of the wrong type. */
export class OptionError extends InterleaveError {
  readonly code: ErrorCode = 'INTERLEAVE_OPTION';
  readonly option: string;
  readonly value: unknown;

  constructor(option: string, value: unknown, expected: string) {
    super(`${option} is ${describe(value)}; expected ${expected}`);
    this.name = 'OptionError';
    this.option = option;
    this.value = value;
  }
}

/** Text that is no schedule. `position` is the 0-based index of the character at which the wrong word begins. */
export class ScheduleError extends InterleaveError {
  readonly code: ErrorCode = 'INTERLEAVE_SCHEDULE';
  readonly position: number;

  constructor(word: string, position: number, expected: string) {
    super(`${describe(word)} at position ${position} of the schedule; expected ${expected}`);
    this.name = 'ScheduleError';
    this.position = position;
  }
}

/**
 * A schedule that the run could not follow: at its entry number `entry`, counted in single steps and ends from 0, the thread
 * named there was not ready. The schedule belongs to another scenario, or the scenario does not do the same each time.
 */
export class DivergenceError extends InterleaveError {
  readonly code: ErrorCode = 'INTERLEAVE_DIVERGENCE';
  readonly entry: number;

  constructor(entry: number, thread: number, schedule: string) {
    super(
      `entry ${entry} of the schedule names thread ${thread}, which is not ready then; expected a schedule of this scenario with ` +
        `the same params, and threads that do the same each time. The schedule is: ${schedule}`,
    );
    this.name = 'DivergenceError';
    this.entry = entry;
  }
}

/** A scenario that cannot be run: what is missing, of the wrong type, or threw outside of `run` and `check`. */
export class ScenarioError extends InterleaveError {
  readonly code: ErrorCode = 'INTERLEAVE_SCENARIO';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ScenarioError';
  }
}

/** An operation that cannot be a step. */
export class UnsupportedError extends InterleaveError {
  readonly code: ErrorCode = 'INTERLEAVE_UNSUPPORTED';

  constructor(message: string) {
    super(message);
    this.name = 'UnsupportedError';
  }
}

/** An explorer that is closed, or at work already. */
export class StateError extends InterleaveError {
  readonly code: ErrorCode = 'INTERLEAVE_STATE';

  constructor(message: string) {
    super(message);
    this.name = 'StateError';
  }
}

/** `value`, if it is an integer from `min` to `max`. */
export function integer(option: string, value: unknown, min: number, max: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw new OptionError(option, value, `an integer from ${min} to ${max}`);
}

/** @internal What to tell of something that was thrown. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return `an object (${Object.prototype.toString.call(value)})`;
  return String(value);
}
