/**
 * A cache that stands alone: its ground, a fake source behind a checked wrapper, a fake remote queue where other threads are
 * to free blocks, guard words on both sides of its region.
 */

import {
  type Address,
  type BlockCache,
  CheckedSource,
  type DebugLog,
  type Ground,
  POLICY_DRAIN_INTERVAL,
  type Problem,
  policyBatch,
  policyCap,
  type Region,
  type Scope,
  type SizeClass,
  standaloneGround,
  type ThreadId,
} from '@hakmem/contracts';
import { unifiedCache } from '../src/index.js';
import { FakeRemote } from './fake-remote.js';
import { FakeSource } from './fake-source.js';

const GUARD_WORDS = 16;
const GUARD = 0x600d600d;

export interface SetUpOptions {
  /** Pages of the ground; default 64. */
  readonly pageLimit?: number;
  /** First page that the source hands out; default 1. */
  readonly firstPage?: number;
  readonly owner?: ThreadId;
  readonly log?: DebugLog;
  /** A ground to share with another cache; default a new one. */
  readonly ground?: Ground;
  /** Whether other threads free blocks; default: there are none, and the cache has no remote queue. */
  readonly remote?: boolean;
  /** Changes what the cache is handed, for instance into counted arrays. */
  readonly wrap?: (scope: Scope) => Scope;
}

export interface SetUp {
  readonly ground: Ground;
  readonly words: Int32Array;
  readonly live: Uint8Array;
  readonly region: Region;
  readonly source: FakeSource;
  /** The remote queue that the cache has; without `remote: true` it has none, and this one tells it nothing. */
  readonly remote: FakeRemote;
  readonly cache: BlockCache;
  /** Classes that were drained, when there is a log; the tests empty it. */
  readonly drained: SizeClass[];
  /** Another cache over the same region, which looks at it and does not fill it. */
  peer(): BlockCache;
  setCap(sizeClass: SizeClass, blocks: number): void;
  setBatch(sizeClass: SizeClass, blocks: number): void;
  setInterval(blocks: number): void;
  /** Takes `count` blocks, each of which must be there. */
  take(sizeClass: SizeClass, count: number): Address[];
  /** Gives blocks, each of which must be live. */
  give(sizeClass: SizeClass, addresses: readonly Address[]): void;
  /** Has another thread free blocks, each of which must be live. */
  freeElsewhere(addresses: readonly Address[]): void;
  /** What is cached of the class, in order of address. */
  cached(sizeClass: SizeClass): Address[];
  /** Everything that verify and the guard words complain of. */
  problems(): Problem[];
}

/** Slabs of a class with nothing live that a refill may keep when it finds them in the news. */
export const IDLE_KEPT = 4;

/** Regions that one ground of the tests has words for. */
const REGIONS = 2;

/** Words for the caches of one ground. */
export function groundFor(pageLimit: number): Ground {
  return standaloneGround(pageLimit, REGIONS * (unifiedCache().words(pageLimit) + 2 * GUARD_WORDS));
}

export function setUp(options: SetUpOptions = {}): SetUp {
  const { pageLimit = 64, firstPage = 1, owner = 1, log, wrap = (scope) => scope } = options;
  const ground = options.ground ?? groundFor(pageLimit);
  const { records, policy } = ground;
  const recipe = unifiedCache();
  const guards = [ground.cut(GUARD_WORDS).start];
  const drained: SizeClass[] = [];
  const note = (line: string): void => {
    drained.push(Number(/^\[TLS_SLL_DRAIN\] class=(\d+) /.exec(line)?.[1]));
    log!(line);
  };
  const scope = ground.scope(recipe.words(records.pageLimit), owner, log === undefined ? null : note);
  guards.push(ground.cut(GUARD_WORDS).start);
  for (const start of guards) records.words.fill(GUARD, start, start + GUARD_WORDS);
  const source = new FakeSource(records, firstPage, owner);
  const remote = new FakeRemote(records, owner);
  if (options.remote) source.idleKept = IDLE_KEPT;
  const needs = { source: new CheckedSource(records, source), remote: options.remote ? remote : null };
  const cache = recipe.build(wrap(scope), needs);
  return {
    ground,
    words: records.words,
    live: records.live,
    region: scope.region,
    source,
    remote,
    cache,
    drained,
    peer: () => recipe.build(wrap({ ...scope, founding: false, fresh: false }), needs),
    setCap: (sizeClass, blocks) => {
      policy.words[policy.start + policyCap(sizeClass)] = blocks;
    },
    setBatch: (sizeClass, blocks) => {
      policy.words[policy.start + policyBatch(sizeClass)] = blocks;
    },
    setInterval: (blocks) => {
      policy.words[policy.start + POLICY_DRAIN_INTERVAL] = blocks;
    },
    take: (sizeClass, count) =>
      Array.from({ length: count }, () => {
        const address = cache.take(sizeClass);
        if (address === 0) throw new Error(`no block of class ${sizeClass}`);
        return address;
      }),
    give: (sizeClass, addresses) => {
      for (const address of addresses) {
        if (!cache.give(sizeClass, address)) throw new Error(`${address} is not live`);
      }
    },
    freeElsewhere: (addresses) => {
      for (const address of addresses) {
        if (!remote.free(address)) throw new Error(`${address} is not live`);
      }
    },
    cached: (sizeClass) => {
      const found: Address[] = [];
      cache.cached((c, address) => {
        if (c === sizeClass) found.push(address);
      });
      return found.sort((a, b) => a - b);
    },
    problems: () => {
      const found: Problem[] = [];
      cache.verify((problem) => found.push(problem));
      for (const start of guards) {
        if (records.words.subarray(start, start + GUARD_WORDS).every((word) => word === GUARD)) continue;
        found.push({ box: 'test', message: 'a word outside of the region of the cache was written', address: 0 });
      }
      return found;
    },
  };
}
