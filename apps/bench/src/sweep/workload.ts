/**
 * The workloads of the sweep: blocks of one size, any size, in any number of slots; fixed_size with both numbers free. A slot is
 * drawn at random and its block freed, or one allocated into it. Their names are what a cell's process and a native program
 * are asked for: `sweep 64x1024` is 64 bytes in 1,024 slots.
 */

import { BenchError } from '../errors.js';
import { churn } from '../workloads/churn.js';
import type { Workload } from '../workloads/workload.js';

export interface SweepShape {
  readonly bytes: number;
  readonly slots: number;
}

const NAME = /^sweep (\d+)x(\d+)$/;
const MOST_BYTES = 64 * 1024 * 1024;
/** What a draw can reach. */
const MOST_SLOTS = 65_536;

export function sweepName({ bytes, slots }: SweepShape): string {
  return `sweep ${bytes}x${slots}`;
}

/** The numbers in such a name; undefined when it is none. */
export function sweepShape(name: string): SweepShape | undefined {
  const [, bytes, slots] = NAME.exec(name) ?? [];
  return bytes === undefined ? undefined : { bytes: Number(bytes), slots: Number(slots) };
}

/** `bytes`: 1 … 64 MiB. `slots`: 1 … 65,536. Throws a BenchError for others. */
export function sweepWorkload(shape: SweepShape): Workload {
  const { bytes, slots } = shape;
  requireWhole('bytes', bytes, MOST_BYTES);
  requireWhole('slots', slots, MOST_SLOTS);
  return churn(sweepName(shape), { slots, low: bytes, choices: 1, grain: 0 });
}

function requireWhole(what: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new BenchError(`a sweep over ${value} ${what}: whole numbers of 1 to ${most} are wanted`);
}
