/** The parts of a composition, and the recipes that they come to. */

import {
  type AddressSpace,
  type BlockCache,
  type CacheNeeds,
  CompositionError,
  type DebugLog,
  type Front,
  integerOption,
  type LargeBlocks,
  MAX_THREADS,
  type Recipe,
  type Region,
  type RemoteQueue,
  requireMethods,
  type SlabSource,
  type SlotPool,
  type SuperRegistry,
  type WarmPool,
} from '@hakmem/contracts';
import { largeBlocks } from '@hakmem/large';
import { poolTls } from '@hakmem/pool-tls';
import { remoteQueue } from '@hakmem/remote-queue';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { superRegistry } from '@hakmem/super-registry';
import { tinyFront } from '@hakmem/tiny-front';
import { unifiedCache } from '@hakmem/unified-cache';
import { warmPool } from '@hakmem/warm-pool';
import type { Heap } from './heap.js';

/** The boxes of a composition. A recipe that is not given is the standard one; null leaves a box out. */
export interface BoxParts {
  readonly registry?: Recipe<AddressSpace, SuperRegistry> | undefined;
  readonly pool?: Recipe<SuperRegistry, SlotPool> | undefined;
  /** Null: refills ask the registry. */
  readonly warm?: Recipe<SlabSource, WarmPool> | null | undefined;
  /** Null: one thread uses the heap. So it is where memory is not shared. */
  readonly remote?: Recipe<null, RemoteQueue> | null | undefined;
  readonly cache?: Recipe<CacheNeeds, BlockCache> | undefined;
  /** Null: pool-tls serves tiny sizes, too. */
  readonly front?: Recipe<BlockCache, Front> | null | undefined;
  /** Null: large serves mid sizes, too. */
  readonly mid?: Recipe<BlockCache, Front> | null | undefined;
  /** Null: memory for large blocks is always exhausted. */
  readonly large?: Recipe<SlotPool, LargeBlocks> | null | undefined;
  /** Receives debug lines of this thread. */
  readonly log?: DebugLog | null | undefined;
  /** Blocks that each class up to 2 KiB caches at the start; 0 (default) for none. The blocks' memory is not touched. */
  readonly prewarmCount?: number | undefined;
}

/** The parts of a composition. */
export interface Parts extends BoxParts {
  /** The address space; each heap needs one of its own. */
  readonly memory: AddressSpace;
  /** Threads that may use the heap at once (1 … 255; default 255 where memory is shared, else 1). */
  readonly maxThreads?: number | undefined;
  /** Changes the policy table, which holds the defaults, before the boxes are built. */
  readonly policy?: ((table: Region) => void) | undefined;
  /** Called once, before the heap is destroyed. */
  readonly onDestroy?: ((heap: Heap) => void) | undefined;
}

/** A recipe for each role; null for a box that is left out. */
export interface Recipes {
  readonly registry: Recipe<AddressSpace, SuperRegistry>;
  readonly pool: Recipe<SuperRegistry, SlotPool>;
  readonly large: Recipe<SlotPool, LargeBlocks> | null;
  readonly warm: Recipe<SlabSource, WarmPool> | null;
  readonly remote: Recipe<null, RemoteQueue> | null;
  readonly cache: Recipe<CacheNeeds, BlockCache>;
  readonly front: Recipe<BlockCache, Front> | null;
  readonly mid: Recipe<BlockCache, Front> | null;
}

/** What stands where no recipe is given. */
const STANDARD = {
  registry: superRegistry(),
  pool: sharedPool(),
  large: largeBlocks(),
  warm: warmPool(),
  remote: remoteQueue(),
  cache: unifiedCache(),
  front: tinyFront(),
  mid: poolTls(),
} as const;

/** The recipes of a composition for `threads` threads. Throws a CompositionError when one is none. */
export function recipesOf(parts: BoxParts, threads: number): Recipes {
  return {
    registry: recipe('registry', parts.registry, STANDARD.registry),
    pool: recipe('pool', parts.pool, STANDARD.pool),
    large: parts.large === null ? null : recipe('large', parts.large, STANDARD.large),
    warm: parts.warm === null ? null : recipe('warm', parts.warm, STANDARD.warm),
    remote: parts.remote === null || threads === 1 ? null : recipe('remote', parts.remote, STANDARD.remote),
    cache: recipe('cache', parts.cache, STANDARD.cache),
    front: parts.front === null ? null : recipe('front', parts.front, STANDARD.front),
    mid: parts.mid === null ? null : recipe('mid', parts.mid, STANDARD.mid),
  };
}

/** The recipe given for a role, or the standard one. */
function recipe<Needs, Box>(
  role: string,
  given: Recipe<Needs, Box> | undefined,
  standard: Recipe<Needs, Box>,
): Recipe<Needs, Box> {
  if (given === undefined) return standard;
  if (typeof given.build === 'function' && typeof given.words === 'function') return given;
  throw new CompositionError(`compose wants a recipe, with words() and build(), as ${role}`);
}

/** How many threads a composition is for. Throws an OptionError when that is out of range or memory is not shared. */
export function threadLimit({ memory, maxThreads, remote }: Parts): number {
  requireMethods('compose', 'memory', memory, ['bytes', 'commit', 'release', 'control', 'handle']);
  const most = memory.shared && remote !== null ? MAX_THREADS : 1;
  return integerOption('maxThreads', maxThreads, 1, most, most);
}
