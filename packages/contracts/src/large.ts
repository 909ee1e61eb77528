/**
 * The contract of large blocks: blocks of whole pages, which any thread may free.
 *
 * Capabilities: `alignment`: the largest that malloc accepts · `grows` and `shrinks`: it has `resize`, and blocks become longer
 * or shorter where they stand.
 */

import type { Walkable } from './general.js';
import type { Address } from './units.js';

export const LARGE = {
  // after
  'LARGE-1':
    'A large block MUST start at a page and at a multiple of its alignment, hold at least the bytes asked for, and be live at its start.',
  'LARGE-2': 'resize MUST move nothing: it succeeds in place or changes nothing.',
  'LARGE-3': 'free MUST give every page of the block back, or keep the run for blocks to come, up to a limit.',
  // threads
  'LARGE-4': 'Of several threads that free one block one MUST succeed; live blocks are looked at, not counted.',
  // failure
  'LARGE-5': 'malloc MUST answer 0 when memory is exhausted, and MUST then have changed nothing that is live.',
  'LARGE-6': 'free and resize MUST answer false for an address at which no large block lives, and change nothing.',
  // before
  'LARGE-7': 'The caller MUST ask for 0 bytes or more, at an alignment that is a power of two.',
} as const;

/** What the box of large blocks counts. */
export interface LargeStats {
  readonly live: number;
  /** Runs that threads keep for blocks to come. */
  readonly kept: number;
  readonly grownInPlace: number;
  readonly shrunkInPlace: number;
}

/** Blocks of whole pages. Any thread. */
export interface LargeBlocks extends Walkable {
  /** A block of at least `bytes` at a multiple of `alignment` (a power of two); 0 when memory is exhausted. */
  malloc(bytes: number, alignment: number): Address | 0;
  /** Takes back the block that starts at `address`; false, and nothing changed, when it is not live. */
  free(address: Address): boolean;
  /** Makes the block hold `bytes` where it stands; false, and nothing changed, when it cannot. There when it `grows` or `shrinks`. */
  resize?(address: Address, bytes: number): boolean;
  stats(): LargeStats;
}
