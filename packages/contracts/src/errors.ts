/**
 * Every error that a box throws. Each has a `code` that programs can test and a message that says what was wrong with
 * which value and what would be right. None of them is thrown after a change has begun: the heap is as it was.
 * Memory that is exhausted is not an error: the answer is 0.
 */

/** The codes of all errors. */
export type ErrorCode =
  | 'HAKMEM_ARGUMENT'
  | 'HAKMEM_OPTION'
  | 'HAKMEM_FOREIGN'
  | 'HAKMEM_MISALIGNED'
  | 'HAKMEM_INTERIOR'
  | 'HAKMEM_NOT_LIVE'
  | 'HAKMEM_DOUBLE_FREE'
  | 'HAKMEM_COMPOSITION'
  | 'HAKMEM_CONTRACT'
  | 'HAKMEM_DESTROYED'
  | 'HAKMEM_DETACHED'
  | 'HAKMEM_ATTACH';

/** An argument that no call can accept: negative, not an integer, NaN, out of range, of the wrong type. */
export class ArgumentError extends RangeError {
  readonly code: ErrorCode = 'HAKMEM_ARGUMENT';
  readonly argument: string;
  readonly value: unknown;

  constructor(argument: string, value: unknown, expected: string) {
    super(`${argument} is ${describe(value)}; expected ${expected}`);
    this.name = 'ArgumentError';
    this.argument = argument;
    this.value = value;
  }
}

/** An option or an environment variable outside its range. `argument` is the name under which it was given. */
export class OptionError extends ArgumentError {
  override readonly code: ErrorCode = 'HAKMEM_OPTION';

  constructor(option: string, value: unknown, expected: string) {
    super(option, value, expected);
    this.name = 'OptionError';
  }
}

/** An address that the heap cannot act on. `operation` is the call that was given it. */
export abstract class AddressError extends Error {
  abstract readonly code: ErrorCode;
  readonly operation: string;
  readonly address: number;

  constructor(operation: string, address: number, reason: string) {
    super(`${operation}(${address}): ${reason}`);
    this.operation = operation;
    this.address = address;
  }
}

/** The address is in no block of this heap. */
export class ForeignAddressError extends AddressError {
  readonly code: ErrorCode = 'HAKMEM_FOREIGN';

  constructor(operation: string, address: number, why: string) {
    super(operation, address, `no block of this heap is there: ${why}`);
    this.name = 'ForeignAddressError';
  }
}

/** The address is no multiple of 16, so no block can start there. */
export class MisalignedAddressError extends AddressError {
  readonly code: ErrorCode = 'HAKMEM_MISALIGNED';

  constructor(operation: string, address: number) {
    super(operation, address, 'blocks start at multiples of 16');
    this.name = 'MisalignedAddressError';
  }
}

/** The address lies inside a block, which starts at `blockStart`. */
export class InteriorAddressError extends AddressError {
  readonly code: ErrorCode = 'HAKMEM_INTERIOR';
  readonly blockStart: number;

  constructor(operation: string, address: number, blockStart: number) {
    super(operation, address, `inside the block that starts at ${blockStart}; give its start`);
    this.name = 'InteriorAddressError';
    this.blockStart = blockStart;
  }
}

/** A block starts at the address, but nobody holds it: it was freed before, or never handed out. */
export class NotLiveError extends AddressError {
  readonly code: ErrorCode = 'HAKMEM_NOT_LIVE';

  constructor(operation: string, address: number) {
    super(operation, address, 'the block is not live: it was freed before, or never handed out');
    this.name = 'NotLiveError';
  }
}

/** A block was freed (or reallocated) that is not live. */
export class DoubleFreeError extends NotLiveError {
  override readonly code: ErrorCode = 'HAKMEM_DOUBLE_FREE';

  constructor(operation: string, address: number) {
    super(operation, address);
    this.name = 'DoubleFreeError';
  }
}

/** Boxes that do not fit together: `box` wants `capability` of `collaborator`. */
export class CompositionError extends Error {
  readonly code: ErrorCode = 'HAKMEM_COMPOSITION';

  constructor(message: string) {
    super(message);
    this.name = 'CompositionError';
  }
}

/** What a violation saw, by name. */
export type Values = Readonly<Record<string, unknown>>;

/** A clause of a contract does not hold. Thrown by checked boxes and by conformance suites. */
export class ContractViolation extends Error {
  readonly code: ErrorCode = 'HAKMEM_CONTRACT';
  /** The box whose contract it is. */
  readonly box: string;
  /** The number of the clause. */
  readonly clause: string;
  /** The call in which it was seen, with its arguments. */
  readonly call: string;
  readonly values: Values;

  constructor(box: string, clause: string, sentence: string, call: string, values: Values) {
    super(`${box}, ${call}: ${clause} does not hold: ${sentence} Seen: ${inWords(values)}`);
    this.name = 'ContractViolation';
    this.box = box;
    this.clause = clause;
    this.call = call;
    this.values = values;
  }
}

/** The heap was destroyed before this call. */
export class DestroyedError extends Error {
  readonly code: ErrorCode = 'HAKMEM_DESTROYED';

  constructor(operation: string) {
    super(`${operation}: the heap has been destroyed`);
    this.name = 'DestroyedError';
  }
}

/** This thread has detached from the heap before this call. */
export class DetachedError extends Error {
  readonly code: ErrorCode = 'HAKMEM_DETACHED';

  constructor(operation: string) {
    super(`${operation}: this thread has detached from the heap`);
    this.name = 'DetachedError';
  }
}

/** A thread cannot attach to a heap, or a heap cannot be attached to. */
export class AttachError extends Error {
  readonly code: ErrorCode = 'HAKMEM_ATTACH';

  constructor(message: string) {
    super(message);
    this.name = 'AttachError';
  }
}

/** Returns `value` when it is an integer of `low … high`, else throws an ArgumentError that names it. */
export function integer(argument: string, value: unknown, low: number, high: number): number {
  if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high) return value as number;
  throw outOfRange(argument, value, low, high);
}

/** Apart, so that V8 finds `integer` small enough to be part of its callers. */
function outOfRange(argument: string, value: unknown, low: number, high: number): ArgumentError {
  return new ArgumentError(argument, value, `an integer from ${low} to ${high}`);
}

/** The same for an option, with an OptionError; `fallback` when the option is not given. */
export function integerOption(option: string, value: unknown, low: number, high: number, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new OptionError(option, value, `an integer from ${low} to ${high}`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name ?? 'no prototype'})`;
  return String(value);
}

function inWords(values: Values): string {
  const seen = Object.entries(values).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? value : describe(value)}`,
  );
  return seen.length === 0 ? 'nothing more' : seen.join(', ');
}
