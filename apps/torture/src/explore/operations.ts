/**
 * The operations that are explored against each other. Each prepares what it needs, without steps, and then does one thing
 * that other threads may cross. The heap is tiny: stacks of 4 blocks, refills of 2, warm pools of 2 slabs.
 */

import type { Player } from '../player.ts';

/** Four blocks per slab of one page. */
export const QUARTER = 16_384;
/** One block per slab of one page. */
export const WHOLE = 65_536;
/** Two blocks per span of three pages. */
export const SPAN = 98_304;
export const SUPERSLAB = 2_097_152;

export interface Operation {
  /** Before the run: makes what `run` works on. Returns what `run` is to have. */
  prepare(player: Player): readonly number[];
  run(player: Player, prepared: readonly number[]): unknown;
  /** Whether no slot may be left unused in the SuperSlabs that there are. */
  readonly full?: boolean;
  /** Bytes of a block that all threads believe to have. */
  readonly shared?: number;
}

const nothing = (): readonly number[] => [];

export const OPERATIONS = {
  /** A malloc whose stack is empty. */
  refill: { prepare: nothing, run: (player) => player.mallocs(3, QUARTER) },

  /** A free into a full stack: half of it goes, slabs get room, one is retired. */
  flush: {
    prepare(player) {
      const blocks = player.mallocs(8, QUARTER);
      for (const address of blocks.splice(0, 4)) player.free(address);
      return blocks;
    },
    run: (player, blocks) => player.frees(blocks),
  },

  /** Frees of another thread's blocks, until its slab has nothing live. */
  remoteFree: { prepare: nothing, run: (player) => player.frees(player.gifts()) },

  /** A refill that finds what another thread has freed. */
  news: {
    prepare(player) {
      const blocks = player.mallocs(8, QUARTER);
      const helper = player.helper();
      for (const address of blocks.splice(0, 3)) helper.free(player.note(-address) * -1);
      helper.detach();
      return blocks;
    },
    run: (player) => player.mallocs(2, QUARTER),
  },

  /** A thread leaves, with slabs that are empty, full and in between, and blocks in its stacks. */
  abandon: {
    prepare(player) {
      const blocks = [...player.mallocs(6, QUARTER), ...player.mallocs(2, WHOLE), ...player.mallocs(3, SPAN)];
      for (const i of [0, 5, 6, 8, 9]) player.free(blocks[i] as number);
      return [];
    },
    run: (player) => player.heap.detach(),
  },

  /** A refill that adopts: a slab and a span that another thread abandoned. */
  adopt: {
    prepare(player) {
      const helper = player.helper();
      const blocks = [QUARTER, QUARTER, SPAN].map((bytes) => player.note(helper.malloc(bytes)));
      helper.detach();
      player.free(blocks[0] as number);
      return [];
    },
    run: (player) => [player.malloc(QUARTER), player.malloc(SPAN)],
  },

  /** A slab, and a span, out of unused slots. */
  claimSlot: { prepare: nothing, run: (player) => [player.malloc(WHOLE), player.malloc(SPAN)] },

  /** Slabs in which nothing is live become empty slots. */
  releaseSlot: {
    prepare(player) {
      for (const address of [...player.mallocs(2, WHOLE), player.malloc(SPAN)]) player.free(address);
      return [];
    },
    run: (player) => player.heap.collect(),
  },

  /** A slab when no slot is left. */
  newSuperSlab: { prepare: nothing, full: true, run: (player) => player.malloc(WHOLE) },

  /** A SuperSlab becomes free, with a block that is too long to be kept. */
  retireSuperSlab: {
    prepare: (player) => [player.alignedAlloc(SUPERSLAB, SUPERSLAB + WHOLE)],
    run: (player, blocks) => player.frees(blocks),
  },

  /** A large block for which memory is added; then it grows. */
  grow: {
    prepare: nothing,
    run(player) {
      const address = player.malloc(SUPERSLAB + WHOLE);
      return address === 0 ? 0 : player.realloc(address, SUPERSLAB + 4 * WHOLE);
    },
  },

  /** Large blocks are freed: their runs are kept, become one where they are neighbours, and go when they are too many pages. */
  keepRun: {
    prepare: (player) => [...player.mallocs(2, 5 * WHOLE), player.malloc(25 * WHOLE)],
    run: (player, blocks) => player.frees(blocks),
  },

  /** Large blocks out of kept runs, which are cut, and of which the rest is kept. */
  reuseRun: {
    prepare(player) {
      player.frees([player.malloc(5 * WHOLE), player.malloc(9 * WHOLE)]);
      return [];
    },
    run: (player) => [player.malloc(5 * WHOLE), player.malloc(6 * WHOLE)],
  },

  /** What dead threads held is given back. */
  reap: {
    prepare(player) {
      const helper = player.helper();
      const blocks = [...Array(5).fill(QUARTER), WHOLE, SPAN].map((bytes) => player.note(helper.malloc(bytes)));
      for (const address of blocks.slice(1, 3)) helper.free(player.note(-address) * -1);
      for (const address of blocks.slice(5, 6)) helper.free(player.note(-address) * -1);
      helper.free(helper.malloc(5 * WHOLE)); // a run that it keeps
      player.kill(helper);
      return [];
    },
    run: (player) => player.dead().map((thread) => player.heap.reap(thread)),
  },
} as const satisfies Record<string, Operation>;

/** Operations that certain faults need to show. */
const SPECIAL = {
  /** Takes the news of all classes, with blocks in the stacks whose slab others free blocks of. */
  collectNews: {
    prepare(player) {
      const [a, b, c, d] = player.mallocs(4, QUARTER) as [number, number, number, number];
      const [e, f] = player.mallocs(4, QUARTER) as [number, number];
      for (const address of [a, b, e]) player.free(address);
      player.give([c, d, f]); // then nothing is live in the first slab, two blocks in the second
      return [];
    },
    run: (player) => player.heap.collect(),
  },

  /** Frees the same block as the other thread does: one of the two has to be told. */
  freeFirst: { prepare: nothing, shared: QUARTER, run: (player) => player.freeShared(player.shared) },
  freeLarge: { prepare: nothing, shared: SUPERSLAB, run: (player) => player.freeShared(player.shared) },

  /** Frees neighbours, whose runs become one that is kept. */
  joinRuns: { prepare: (player) => player.mallocs(2, 5 * WHOLE), run: (player, blocks) => player.frees(blocks) },
  /** Wants to reuse a run that was taken back, where it keeps a shorter one since. */
  reuseAnother: {
    prepare(player) {
      player.free(player.malloc(8 * WHOLE));
      const helper = player.helper();
      helper.collect();
      helper.detach();
      const longer = player.malloc(9 * WHOLE);
      player.free(player.realloc(longer, 5 * WHOLE));
      return [];
    },
    run: (player) => player.malloc(8 * WHOLE),
  },

  /** Adopts the span that `moveSpan` puts elsewhere meanwhile. */
  adoptSpan: { prepare: nothing, run: (player) => player.malloc(SPAN) },
  /** An abandoned span is adopted, emptied, and made anew one page lower, and abandoned again. */
  moveSpan: {
    prepare(player) {
      const below = player.malloc(WHOLE);
      const helper = player.helper();
      const span = player.note(helper.malloc(SPAN));
      helper.detach();
      return [below, span];
    },
    run(player, [below, span]) {
      const second = player.malloc(SPAN); // adopts the span
      for (const address of [second, span as number, below as number]) player.free(address);
      player.heap.collect({ force: true });
      player.malloc(SPAN);
      player.heap.detach();
    },
  },

  /** Adopts the slab in which `freeAdopted` frees the last block but one. */
  adoptGift: { prepare: nothing, run: (player) => player.mallocs(2, QUARTER) },
  freeAdopted: {
    prepare(player) {
      const helper = player.helper();
      const blocks = Array.from({ length: 4 }, () => player.note(helper.malloc(QUARTER)));
      helper.detach();
      player.free(blocks.pop() as number);
      return blocks;
    },
    run: (player, blocks) => player.free(blocks[0] as number),
  },
} as const satisfies Record<string, Operation>;

export const ALL_OPERATIONS: Readonly<Record<OperationName, Operation>> = { ...OPERATIONS, ...SPECIAL };
export type OperationName = keyof typeof OPERATIONS | keyof typeof SPECIAL;
export const NAMES = Object.keys(OPERATIONS) as OperationName[];

/** Every pair of operations, each with itself, too. */
export const PAIRS: readonly (readonly [OperationName, OperationName])[] = NAMES.flatMap((left, i) =>
  NAMES.slice(i).map((right) => [left, right] as const),
);
