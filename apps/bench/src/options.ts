/** What the command line's options become: checked numbers, lists, and the native rivals that the machine has. */

import { InvalidArgumentError } from 'commander';
import { availableAllocators, namedAllocators } from './columns.js';
import { RIVALS } from './native/names.js';
import { availableRivals } from './native/rivals.js';
import type { Rivals } from './results.js';
import {
  SECONDS_PER_CELL,
  SWEEP_ALLOCATORS,
  SWEEP_BYTES,
  SWEEP_SLOTS,
  type SweepOptions,
  sweepRows,
} from './sweep/run.js';

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0 is wanted');
  return value;
}

/** Whole numbers above 0, separated by commas. */
export function wholeNumbers(text: string): readonly number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => Number.isInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError('whole numbers above 0, separated by commas, are wanted');
}

/** For an option that may be given several times. */
export function collected(value: string, soFar: readonly string[]): readonly string[] {
  return [...soFar, value];
}

/** The native rivals. Nobody is looked for when the list of allocators names none of them. */
export function rivalsFor(allocators: string | undefined): Rivals {
  const names = allocators?.split(',').map((name) => name.trim());
  if (names !== undefined && !RIVALS.some(({ name }) => names.includes(name))) return { available: [], missing: [] };
  const { available, missing } = availableRivals();
  return { available: available.map(({ name, version }) => ({ name, version })), missing };
}

/** Options of a sweep as they may be given. */
export interface GivenSweep {
  readonly bytes?: readonly number[];
  readonly slots?: readonly number[];
  readonly allocators?: string;
  readonly timeBudget?: number;
}

export function sweepOptions(given: GivenSweep, rivals: Rivals): SweepOptions {
  const { bytes = SWEEP_BYTES, slots = SWEEP_SLOTS, allocators: list } = given;
  const allocators = list === undefined ? availableAllocators(SWEEP_ALLOCATORS, rivals) : namedAllocators(list, rivals);
  const seconds = given.timeBudget ?? sweepRows({ bytes, slots }) * allocators.length * SECONDS_PER_CELL;
  return { bytes, slots, allocators, seconds };
}
