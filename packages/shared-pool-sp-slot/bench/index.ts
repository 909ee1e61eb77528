/**
 * What one call of the pool costs by itself, by the stage that serves it and by the length of a run, over a registry that
 * only keeps tiers. Each pair of calls leaves the pool as it was, so that every run measures the same.
 */

import {
  Ground,
  groundLiveBytes,
  groundWords,
  type PageIndex,
  type Records,
  type RegistryStats,
  type RunPool,
  type SizeClass,
  type SlabSource,
  type SuperRegistry,
  type SuperSlabIndex,
  standaloneGround,
  Tier,
} from '@hakmem/contracts';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { bench, do_not_optimize, group, run } from '@hakmem/tooling-bench';

const PAGES = 4_096;
const TINY = 3;
const OTHER = 4;
const SPAN_OF_4 = 62;

/** Tiers in an array, FREE SuperSlabs in a stack. */
class Tiers implements SuperRegistry {
  readonly first = 1;
  end = 1;
  readonly #tiers = new Int32Array(PAGES / 32);
  readonly #free: SuperSlabIndex[] = [];

  superSlabOf(address: number): SuperSlabIndex {
    return address >>> 21;
  }
  pageOf(address: number): PageIndex {
    return address >>> 16;
  }
  tier(superSlab: SuperSlabIndex): Tier {
    return this.#tiers[superSlab] as Tier;
  }
  reuse(): SuperSlabIndex | -1 {
    const superSlab = this.#free.pop();
    if (superSlab === undefined) return -1;
    this.#tiers[superSlab] = Tier.HOT;
    return superSlab;
  }
  extend(count: number): SuperSlabIndex | -1 {
    if (this.end + count > PAGES / 32) return -1;
    this.end += count;
    this.#tiers.fill(Tier.HOT, this.end - count, this.end);
    return this.end - count;
  }
  heat(superSlab: SuperSlabIndex): void {
    if (this.#tiers[superSlab] === Tier.FREE) this.#free.splice(this.#free.indexOf(superSlab), 1);
    this.#tiers[superSlab] = Tier.HOT;
  }
  drain(superSlab: SuperSlabIndex): void {
    this.#tiers[superSlab] = Tier.DRAINING;
  }
  free(superSlab: SuperSlabIndex): void {
    this.#tiers[superSlab] = Tier.FREE;
    this.#free.push(superSlab);
  }
  trim(): number {
    return 0;
  }
  rooms(): SlabSource {
    throw new Error('not used here');
  }
  stats(): RegistryStats {
    throw new Error('not counted here');
  }
  verify(): void {}
}

const THREAD = 1;

/** A pool over memory that one thread alone sees, or over memory that threads share: there its atomic operations are real. */
function setUp(shared = false): RunPool {
  const recipe = sharedPool();
  const length = recipe.words(PAGES);
  if (!shared) return recipe.build(standaloneGround(PAGES, length).scope(length, THREAD), new Tiers());
  const words = new Int32Array(new SharedArrayBuffer(4 * (groundWords(PAGES) + length)));
  const live = new Uint8Array(new SharedArrayBuffer(groundLiveBytes(PAGES)));
  return recipe.build(new Ground({ words, live }, PAGES).scope(length, THREAD), new Tiers());
}

function withRecords(length: number): { records: Records; pool: RunPool } {
  const ground = standaloneGround(PAGES, length);
  return { records: ground.records, pool: sharedPool().build(ground.scope(length, THREAD), new Tiers()) };
}

function fill(pool: RunPool, sizeClass: SizeClass, slabs: number): PageIndex[] {
  return Array.from({ length: slabs }, () => pool.acquire(sizeClass));
}

group('slabs', () => {
  for (const [name, sizeClass] of [
    ['1 page', TINY],
    ['4 pages', SPAN_OF_4],
  ] as const) {
    const pool = setUp();
    fill(pool, sizeClass, 6);
    bench(`stage 1 (EMPTY of the class) + release, ${name}`, () => {
      const head = pool.acquire(sizeClass);
      do_not_optimize(head);
      pool.release(head);
    });
  }
  {
    const pool = setUp();
    fill(pool, TINY, 8);
    bench('stage 2 (UNUSED beside its class) + release + sweep', () => {
      const head = pool.acquire(TINY);
      do_not_optimize(head);
      pool.release(head);
      do_not_optimize(pool.sweep());
    });
  }
  {
    const pool = setUp();
    fill(pool, OTHER, 8);
    bench('stage 2 (UNUSED, no affinity) + release + sweep', () => {
      const head = pool.acquire(TINY);
      do_not_optimize(head);
      pool.release(head);
      do_not_optimize(pool.sweep());
    });
  }
  {
    const pool = setUp();
    fill(pool, OTHER, 32);
    bench('stage 3 (a FREE SuperSlab) + release, which makes it FREE', () => {
      const head = pool.acquire(TINY);
      do_not_optimize(head);
      pool.release(head);
    });
  }
  {
    const pool = setUp();
    fill(pool, OTHER, 8);
    bench('sweep that finds nothing', () => do_not_optimize(pool.sweep()));
  }
});

group('slabs, in memory that threads share', () => {
  for (const [name, sizeClass] of [
    ['1 page', TINY],
    ['4 pages', SPAN_OF_4],
  ] as const) {
    const pool = setUp(true);
    fill(pool, sizeClass, 6);
    bench(`stage 1 (EMPTY of the class) + release, ${name}`, () => {
      const head = pool.acquire(sizeClass);
      do_not_optimize(head);
      pool.release(head);
    });
  }
  {
    const pool = setUp(true);
    fill(pool, OTHER, 32);
    bench('stage 3 (a FREE SuperSlab) + release, which makes it FREE', () => {
      const head = pool.acquire(TINY);
      do_not_optimize(head);
      pool.release(head);
    });
  }
});

group('threads that leave', () => {
  {
    const length = sharedPool().words(PAGES);
    const { records, pool } = withRecords(length);
    const slabs = fill(pool, TINY, 8);
    for (const head of slabs) records.live[head * 4_096] = 1;
    bench('leave with 8 slabs that have live blocks + stage 0 (adopt) of all 8', () => {
      pool.leave(THREAD);
      for (let i = 0; i < slabs.length; i++) do_not_optimize(pool.acquire(TINY));
    });
  }
  {
    const pool = setUp();
    fill(pool, OTHER, 8);
    bench('reclaim that finds nothing', () => do_not_optimize(pool.reclaim()));
  }
});

group('runs', () => {
  for (const pages of [5, 16, 64, 512]) {
    const pool = setUp();
    fill(pool, TINY, 40);
    bench(`acquireRun + releaseRun, ${pages} pages`, () => {
      const head = pool.acquireRun(pages, 1);
      do_not_optimize(head);
      pool.releaseRun(head, 0);
    });
  }
  {
    const pool = setUp();
    fill(pool, TINY, 40);
    const head = pool.acquireRun(16, 1);
    bench('extendRun from 16 to 24 pages + releaseRun of those 8', () => {
      do_not_optimize(pool.extendRun(head, 16, 24));
      pool.releaseRun(head, 16);
    });
  }
});

await run();
