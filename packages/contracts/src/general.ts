/** The general contracts: what every box promises. A test or a violation names the clause. */

import type { Address } from './units.js';

/** GENERAL: A to D are the four laws of the boxes, E is how a box says what it can do, F and G how it answers. */
export const GENERAL = {
  'GENERAL-A': 'A full queue MUST drop and count; it MUST NOT block.',
  'GENERAL-B': 'A change of policy MUST act from the next refill on and MUST NOT touch what was handed out.',
  'GENERAL-C': 'Observation MUST own fixed memory: it MUST NOT allocate, grow or change anything.',
  'GENERAL-D':
    'A box MUST NOT reach around the interface of another: it writes its own region and its own fields of records.',
  'GENERAL-E': 'A capability that a box names MUST be there; a method of one that it lacks MUST be absent.',
  'GENERAL-F':
    'Exhausted memory MUST be an answer (0, -1 or false), never an error, and MUST leave what was there as it was.',
  'GENERAL-G': 'A call MUST NOT wait for another thread: no lock, no wait; retries MUST be bounded.',
} as const;

/** A broken equation that a walker found. */
export interface Problem {
  /** The box whose equation it is. */
  readonly box: string;
  /** What does not hold, with the values seen. */
  readonly message: string;
  /** Where: a byte address, or 0 when the problem has no place in the data. */
  readonly address: Address;
}

/** Receives the problems that a walker finds. */
export type Report = (problem: Problem) => void;

/** Receives debug lines; they are made on cold paths only. */
export type DebugLog = (line: string) => void;

/** What every box can do beside its work. */
export interface Walkable {
  /** Walks the box's equations and reports each that does not hold. Any thread, while no thread changes the heap. */
  verify(report: Report): void;
}
