/**
 * What a team sees of an allocator. One side is in the main thread, which makes the memory and looks at it in the end; the
 * other is in each Worker, which attaches to that memory. All blocks are addresses, 0 = none.
 */

import type { Blocks } from '../../allocators/subject.js';

/** In the main thread. */
export interface Ground {
  /** What a Worker needs to attach; goes to it by structured clone. */
  readonly handle: unknown;
  /** After all blocks are freed and all Workers have left: what is wrong. */
  audit?(): readonly string[];
}

/** In a Worker. */
export interface Attached {
  /** Called in hot loops. */
  readonly blocks: Blocks<number>;
  /** Where the blocks are, when the Worker may write into them. */
  readonly buffer?: ArrayBufferLike;
  /** Gives up the Worker's place. */
  leave?(): void;
}

export interface Sharing {
  create(): Ground;
  /** Every Worker of a team attaches before the first of them asks for a block. */
  attach(handle: unknown): Attached;
}
