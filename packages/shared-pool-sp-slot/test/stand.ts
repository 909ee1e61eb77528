/** Puts a pool on a ground and a registry of its own, and helps tests to read what it did. */

import {
  CLASS_COUNT,
  type PageIndex,
  type Records,
  type Region,
  type SizeClass,
  type SlotPool,
  SPAN_PAGES,
  type SuperSlabIndex,
  standaloneGround,
} from '@hakmem/contracts';
import { Hints } from '../src/hints.js';
import { type SharedPoolOptions, sharedPool } from '../src/index.js';
import { FakeRegistry } from './fake-registry.js';

/** The owner of all slabs in these tests: not 1, so that a forgotten owner shows. */
export const OWNER = 7;

export interface Place {
  /** First page of the region; default 32, the start of SuperSlab 1. */
  readonly firstPage?: number;
  /** Page after the last; default 288: SuperSlabs 1 … 8. */
  readonly pageLimit?: number;
  /** FREE SuperSlabs kept when memory is returned; default Infinity: memory is never returned. */
  readonly retain?: number;
  /** SuperSlabs made FREE before the pool is built; default 0. */
  readonly prewarm?: number;
}

export interface Stand {
  readonly records: Records;
  readonly registry: FakeRegistry;
  readonly pool: SlotPool;
  readonly region: Region;
  /** The pool's own hints, for planting damage. */
  readonly hints: Hints;
  /** Debug lines so far. */
  readonly lines: string[];
  /** What verify reports now. */
  problems(): string[];
}

export function stand(place: Place = {}, options: SharedPoolOptions = {}): Stand {
  const { firstPage = 32, pageLimit = 288, retain = Number.POSITIVE_INFINITY, prewarm = 0 } = place;
  const recipe = sharedPool(options);
  const words = recipe.words(pageLimit);
  const ground = standaloneGround(pageLimit, words);
  const registry = new FakeRegistry(ground.records, { firstPage, retain });
  if (prewarm > 0) {
    const first = registry.extend(prewarm);
    for (let superSlab = first + prewarm - 1; superSlab >= first; superSlab--) registry.free(superSlab);
  }
  const lines: string[] = [];
  const scope = ground.scope(words, OWNER, (line) => lines.push(line));
  const pool = recipe.build(scope, registry);
  const masks = { ...scope.region, start: scope.region.start + 16, length: words - 16 };
  return {
    records: ground.records,
    registry,
    pool,
    region: scope.region,
    hints: new Hints(masks, pageLimit),
    lines,
    problems() {
      const found: string[] = [];
      pool.verify((problem) => found.push(problem.message));
      return found;
    },
  };
}

/** One class for each span length that exists, shortest first. */
export function classPerSpan(): Map<number, SizeClass> {
  const found = new Map<number, SizeClass>();
  for (let c = 0; c < CLASS_COUNT; c++) if (!found.has(SPAN_PAGES[c])) found.set(SPAN_PAGES[c], c);
  return new Map([...found].sort(([a], [b]) => a - b));
}

/** Acquires `count` slabs of the class; throws when one is refused. */
export function acquireMany(pool: SlotPool, sizeClass: SizeClass, count: number): PageIndex[] {
  return Array.from({ length: count }, () => {
    const head = pool.acquire(sizeClass);
    if (head === 0) throw new Error(`no slab of class ${sizeClass}: memory is exhausted`);
    return head;
  });
}

export function superSlabOf(page: PageIndex): SuperSlabIndex {
  return page >>> 5;
}
