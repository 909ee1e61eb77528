/**
 * What one call of the warm pool costs by itself, over a parent that only pops and pushes: a hit with its push back, a miss
 * with its prefill, a retirement out of a full stack.
 *
 * Each pair of calls leaves the pool as it was, so that every run measures the same.
 */

import {
  NOTE_ROOM,
  noteOf,
  type PageIndex,
  PageKind,
  pageWord,
  type Records,
  type SizeClass,
  type SlabSource,
  SlotState,
  SPAN_BLOCKS,
  standaloneGround,
} from '@hakmem/contracts';
import { bench, do_not_optimize, group, run } from '@hakmem/tooling-bench';
import { warmPool } from '@hakmem/warm-pool';

const PAGES = 64;
const OWNER = 1;
const SIZE_CLASS = 3;

/** A stack of slabs; those retired are forgotten. */
class Stack implements SlabSource {
  readonly #slabs: PageIndex[] = [];

  acquire(): PageIndex | 0 {
    return this.#slabs.pop() ?? 0;
  }
  spare(): PageIndex | 0 {
    return this.#slabs.pop() ?? 0;
  }
  offer(_: SizeClass, head: PageIndex): void {
    this.#slabs.push(head);
  }
  retire(): void {}
  held(): void {}
  verify(): void {}
}

function makeSlab({ words }: Records, head: PageIndex): PageIndex {
  words[head] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER, SIZE_CLASS);
  words[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[SIZE_CLASS];
  return head;
}

function setUp() {
  const recipe = warmPool();
  const ground = standaloneGround(PAGES, recipe.words(PAGES));
  const parent = new Stack();
  const warm = recipe.build(ground.scope(recipe.words(PAGES), OWNER), parent);
  const slabs = Array.from({ length: PAGES - 1 }, (_, i) => makeSlab(ground.records, i + 1));
  return { parent, warm, slabs };
}

group('warm-pool', () => {
  {
    const { warm, slabs } = setUp();
    for (const head of slabs.slice(0, 8)) warm.offer(SIZE_CLASS, head);
    bench('acquire (a hit) + offer', () => {
      const head = warm.acquire(SIZE_CLASS);
      do_not_optimize(head);
      warm.offer(SIZE_CLASS, head);
    });
  }
  {
    const { parent, warm, slabs } = setUp();
    const four = slabs.slice(0, 4);
    bench('acquire (a miss, prefill of 3) + 3 hits + 4 slabs handed to the parent', () => {
      for (const head of four) parent.offer(SIZE_CLASS, head);
      for (let i = 0; i < 4; i++) do_not_optimize(warm.acquire(SIZE_CLASS));
    });
  }
  {
    const { parent, warm } = setUp();
    bench('acquire (a miss, the parent has one slab) + that slab handed to the parent', () => {
      parent.offer(SIZE_CLASS, 1);
      do_not_optimize(warm.acquire(SIZE_CLASS));
    });
  }
  {
    const { warm, slabs } = setUp();
    for (const head of slabs.slice(0, 16)) warm.offer(SIZE_CLASS, head);
    let next = 0;
    bench('retire (out of 16, the oldest) + offer', () => {
      const head = slabs[next];
      next = (next + 1) & 15;
      warm.retire(SIZE_CLASS, head);
      warm.offer(SIZE_CLASS, head);
    });
    bench('stats', () => do_not_optimize(warm.stats()));
  }
});

await run();
