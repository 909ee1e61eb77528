/**
 * What one call of the box of large blocks costs by itself, over a pool that hands out one run after the other and only
 * writes the note of its first page and its live byte: no search, no page words.
 */

import {
  type LargeBlocks,
  NOTE_SPAN,
  noteOf,
  PAGE_GRANULE_SHIFT,
  type PageIndex,
  type PoolStats,
  type Records,
  type RunPool,
  standaloneGround,
} from '@hakmem/contracts';
import { largeBlocks } from '@hakmem/large';
import { bench, do_not_optimize, group, run } from '@hakmem/tooling-bench';

const PAGES = 1_024;
const PAGE = 65_536;

/** Gives the same pages again and again. */
class Bump implements RunPool {
  readonly #words: Int32Array;
  readonly #live: Uint8Array;

  constructor(records: Records) {
    this.#words = records.words;
    this.#live = records.live;
  }

  acquireRun(pages: number, alignPages: number): PageIndex {
    this.#words[noteOf(alignPages) + NOTE_SPAN] = pages;
    this.#live[alignPages << PAGE_GRANULE_SHIFT] = 1;
    return alignPages;
  }
  releaseRun(head: PageIndex, keep: number): boolean {
    this.#words[noteOf(head) + NOTE_SPAN] = keep;
    this.#live[head << PAGE_GRANULE_SHIFT] = keep === 0 ? 0 : 1;
    return true;
  }
  keepRun(head: PageIndex): boolean {
    this.#live[head << PAGE_GRANULE_SHIFT] = 0;
    return true;
  }
  reuseRun(head: PageIndex): boolean {
    this.#live[head << PAGE_GRANULE_SHIFT] = 1;
    return true;
  }
  splitRun(): void {}
  joinRuns(): boolean {
    return false;
  }
  dropRun(): boolean {
    return true;
  }
  extendRun(head: PageIndex, _: number, wanted: number): boolean {
    this.#words[noteOf(head) + NOTE_SPAN] = wanted;
    return true;
  }
  acquire(): 0 {
    return 0;
  }
  release(): void {}
  sweep(): number {
    return 0;
  }
  reclaim(): number {
    return 0;
  }
  leave(): void {}
  stats(): PoolStats {
    throw new Error('not counted here');
  }
  verify(): void {}
}

const recipe = largeBlocks();
const ground = standaloneGround(PAGES, recipe.words(PAGES));
const large = recipe.build(ground.scope(recipe.words(PAGES)), new Bump(ground.records)) as Required<LargeBlocks>;

group('large', () => {
  bench('malloc + free, 1 MiB', () => {
    const address = large.malloc(16 * PAGE, 1);
    do_not_optimize(address);
    do_not_optimize(large.free(address));
  });
  bench('malloc + free, 1 MiB at a multiple of 4 MiB', () => {
    const address = large.malloc(16 * PAGE, 64 * PAGE);
    do_not_optimize(address);
    do_not_optimize(large.free(address));
  });
  const block = large.malloc(16 * PAGE, 2 * PAGE);
  bench('resize, grow by a page + shrink by a page', () => {
    do_not_optimize(large.resize(block, 17 * PAGE));
    do_not_optimize(large.resize(block, 16 * PAGE));
  });
  bench('resize within its pages', () => do_not_optimize(large.resize(block, 16 * PAGE - 1)));
  bench('free of a block that is not live', () => do_not_optimize(large.free(900 * PAGE)));
  bench('stats, of 1,024 pages', () => do_not_optimize(large.stats()));
});

await run();
