/**
 * What the cache itself costs, over a source that costs next to nothing. Every line is nanoseconds per block (`ns/iter`
 * in the table): the functions time their own sections and divide, so that what is not measured is not counted.
 */

import { type BlockCache, type SizeClass, SPAN_BLOCKS, standaloneGround, TINY_CLASS_COUNT } from '@hakmem/contracts';
import { bench, do_not_optimize, group, run } from '@hakmem/tooling-bench';
import { unifiedCache } from '@hakmem/unified-cache';
import { OneSlabEach, OneSlabTold, SOURCE_PAGES } from './source.js';

const BYTES_64: SizeClass = 3;

const now = (): number => performance.now() * 1e6;

interface Bench {
  readonly cache: BlockCache;
  /** The live bytes, which other threads clear. */
  readonly live: Uint8Array;
  /** The slabs that are told; without any, each call of the remote queue is one comparison. */
  readonly news: OneSlabTold;
}

function newBench(remote: boolean): Bench {
  const recipe = unifiedCache();
  const words = recipe.words(SOURCE_PAGES);
  const ground = standaloneGround(SOURCE_PAGES, words);
  const news = new OneSlabTold();
  const source = new OneSlabEach(ground.records);
  const cache = recipe.build(ground.scope(words), { source, remote: remote ? news : null });
  return { cache, live: ground.records.live, news };
}

function newCache(): BlockCache {
  return newBench(false).cache;
}

/** A line of the table: `sample` says how many nanoseconds a block took. */
function line(name: string, prepare: (cache: BlockCache) => () => number): void {
  bench(name, function* () {
    yield { manual: prepare(newCache()) };
  });
}

/** Keeps a block of every tiny class live, so that no flush makes a slab all room. */
function keepOneEach(cache: BlockCache): void {
  for (let c = 0; c < TINY_CLASS_COUNT; c++) cache.take(c);
  cache.flushAll();
}

group('hot: ns per block, a take and a give of 64 bytes', () => {
  line('take, give, take, give …', (cache) => () => {
    let sum = 0;
    const start = now();
    for (let i = 0; i < 10_000; i++) {
      const address = cache.take(BYTES_64);
      cache.give(BYTES_64, address);
      sum ^= address;
    }
    const spent = now() - start;
    do_not_optimize(sum);
    return spent / 10_000;
  });

  line('100 takes, then 100 gives', (cache) => {
    const held = new Float64Array(100);
    cache.prewarm(BYTES_64, held.length);
    return () => {
      const start = now();
      for (let round = 0; round < 100; round++) {
        for (let i = 0; i < held.length; i++) held[i] = cache.take(BYTES_64);
        for (let i = 0; i < held.length; i++) cache.give(BYTES_64, held[i]);
      }
      const spent = now() - start;
      do_not_optimize(held[0]);
      return spent / (100 * held.length);
    };
  });
});

group('cold included: 900 takes, then 900 gives of 64 bytes, with their refills, flushes and drains', () => {
  line('first in, first out', (cache) => {
    const held = new Float64Array(900);
    return () => {
      const start = now();
      for (let round = 0; round < 10; round++) {
        for (let i = 0; i < held.length; i++) held[i] = cache.take(BYTES_64);
        for (let i = 0; i < held.length; i++) cache.give(BYTES_64, held[i]);
      }
      const spent = now() - start;
      do_not_optimize(held[0]);
      return spent / (10 * held.length);
    };
  });
});

group('refill: ns per block, over the tiny classes', () => {
  for (const batch of [1, 4, 16, 32]) {
    line(`batch of ${batch}`, (cache) => {
      keepOneEach(cache);
      return () => {
        let spent = 0;
        let blocks = 0;
        for (let round = 0; round < 50; round++) {
          const start = now();
          for (let c = 0; c < TINY_CLASS_COUNT; c++) blocks += cache.prewarm(c, batch);
          spent += now() - start;
          cache.flushAll();
        }
        return spent / counted(blocks);
      };
    });
  }
});

group('flush: ns per block, over the tiny classes', () => {
  for (const stack of [4, 32]) {
    line(`${stack} blocks per stack`, (cache) => {
      keepOneEach(cache);
      return () => {
        let spent = 0;
        let blocks = 0;
        for (let round = 0; round < 50; round++) {
          for (let c = 0; c < TINY_CLASS_COUNT; c++) blocks += cache.prewarm(c, stack);
          const start = now();
          cache.flushAll();
          spent += now() - start;
        }
        return spent / counted(blocks);
      };
    });
  }
});

group('drain: ns per cached block of 64 bytes, no slab retired', () => {
  for (const cached of [32, 512]) {
    line(`${cached} blocks cached`, (cache) => {
      keepOneEach(cache);
      cache.prewarm(BYTES_64, cached);
      return () => {
        const start = now();
        for (let round = 0; round < 50; round++) cache.drain(BYTES_64);
        return (now() - start) / (50 * cached);
      };
    });
  }
});

group('news: ns per block of 64 bytes that another thread has freed', () => {
  for (const freed of [32, 512]) {
    bench(`${freed} blocks of a slab of 1,024, counted and taken again`, function* () {
      const { cache, live, news } = newBench(true);
      const blocks = Array.from({ length: SPAN_BLOCKS[BYTES_64] }, () => cache.take(BYTES_64));
      const granules = blocks.slice(0, freed).map((address) => address >>> 4);
      yield {
        manual: () => {
          let spent = 0;
          for (let round = 0; round < 50; round++) {
            for (const granule of granules) live[granule] = 0;
            news.head = blocks[0] >>> 16;
            const start = now();
            for (let i = 0; i < freed; i++) do_not_optimize(cache.take(BYTES_64));
            spent += now() - start;
          }
          return spent / (50 * freed);
        },
      };
    });
  }
});

function counted(blocks: number): number {
  do_not_optimize(blocks);
  return blocks;
}

await run();
