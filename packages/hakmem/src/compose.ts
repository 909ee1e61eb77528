/**
 * Composing a heap out of boxes: the control words are cut into regions, each box gets its region and the collaborators
 * that its contract names, bottom to top.
 *
 *   control words  ┌ page words ┐┌ page notes ┐┌ policy ┐┌ registry ┐┌ pool ┐┌ rooms ┐┌ warm ┐┌ cache ┐┌ fronts, large ┐
 */

import {
  type AddressSpace,
  BLOCK_BYTES,
  type BlockCache,
  CompositionError,
  type DebugLog,
  type Front,
  Ground,
  groundLiveBytes,
  groundWords,
  type LargeBlocks,
  type Recipe,
  type Region,
  requireMethods,
  type Scope,
  type SlabSource,
  type SlotPool,
  type SuperRegistry,
  type WarmPool,
} from '@hakmem/contracts';
import { largeBlocks } from '@hakmem/large';
import { poolTls } from '@hakmem/pool-tls';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { ROOMS_WORDS, superRegistry } from '@hakmem/super-registry';
import { tinyFront } from '@hakmem/tiny-front';
import { unifiedCache } from '@hakmem/unified-cache';
import { warmPool } from '@hakmem/warm-pool';
import type { Boxes } from './boxes.js';
import { Heap } from './heap.js';
import { Lid } from './lid.js';
import { NullFront, NullLarge } from './null-boxes.js';

/** The parts of a composition. A recipe that is not given is the standard one; null leaves a box out. */
export interface Parts {
  /** The address space; each heap needs one of its own. */
  readonly memory: AddressSpace;
  readonly registry?: Recipe<AddressSpace, SuperRegistry> | undefined;
  readonly pool?: Recipe<SuperRegistry, SlotPool> | undefined;
  /** Null: refills ask the registry. */
  readonly warm?: Recipe<SlabSource, WarmPool> | null | undefined;
  readonly cache?: Recipe<SlabSource, BlockCache> | undefined;
  /** Null: pool-tls serves tiny sizes, too. */
  readonly front?: Recipe<BlockCache, Front> | null | undefined;
  /** Null: large serves mid sizes, too. */
  readonly mid?: Recipe<BlockCache, Front> | null | undefined;
  /** Null: memory for large blocks is always exhausted. */
  readonly large?: Recipe<SlotPool, LargeBlocks> | null | undefined;
  /** Changes the policy table, which holds the defaults, before the boxes are built. */
  readonly policy?: ((table: Region) => void) | undefined;
  /** Blocks that each class up to 2 KiB caches at the start; 0 (default) for none. The blocks' memory is not touched. */
  readonly prewarmCount?: number | undefined;
  /** Receives debug lines. */
  readonly log?: DebugLog | null | undefined;
  /** Called once, before the heap is destroyed. */
  readonly onDestroy?: ((heap: Heap) => void) | undefined;
}

const OWNER = 1;
/** Largest block of the classes that prewarming is for. */
const PREWARM_MAX_BYTES = 2_048;

/**
 * Builds a heap out of parts. Throws a CompositionError that says which box wants what of which when parts do not fit.
 * The calling thread owns the heap.
 */
export function compose(parts: Parts): Heap {
  const space = parts.memory;
  requireMethods('compose', 'memory', space, ['bytes', 'commit', 'release', 'control']);
  const registry = recipe('registry', parts.registry, superRegistry());
  const pool = recipe('pool', parts.pool, sharedPool());
  const warm = parts.warm === null ? null : recipe('warm', parts.warm, warmPool());
  const cache = recipe('cache', parts.cache, unifiedCache());
  const front = parts.front === null ? null : recipe('front', parts.front, tinyFront());
  const mid = parts.mid === null ? null : recipe('mid', parts.mid, poolTls());
  const large = parts.large === null ? null : recipe('large', parts.large, largeBlocks());

  const { pageLimit } = space;
  const recipes = [registry, pool, warm, cache, front, mid, large];
  const regions = recipes.reduce((words, each) => words + (each?.words(pageLimit) ?? 0), ROOMS_WORDS);
  const control = space.control(groundWords(pageLimit) + regions, groundLiveBytes(pageLimit));
  const ground = new Ground(control, pageLimit);
  const { records, policy } = ground;
  parts.policy?.(policy);
  const scope = (each: { words(pageLimit: number): number }): Scope =>
    ground.scope(each.words(pageLimit), OWNER, parts.log ?? null);

  const superSlabs = registry.build(scope(registry), space);
  const slots = pool.build(scope(pool), superSlabs);
  const rooms = superSlabs.rooms(ground.cut(ROOMS_WORDS), slots);
  const warmSlabs = warm === null ? null : warm.build(scope(warm), rooms);
  const source = new Lid(warmSlabs ?? rooms);
  const blocks = cache.build(scope(cache), source);
  const prewarmed = parts.prewarmCount ?? 0;
  for (let c = 0; prewarmed > 0 && BLOCK_BYTES[c] <= PREWARM_MAX_BYTES; c++) blocks.prewarm(c, prewarmed);
  const boxes: Boxes = {
    space,
    records,
    policy,
    owner: OWNER,
    registry: superSlabs,
    pool: slots,
    source,
    warm: warmSlabs,
    cache: blocks,
    front: front === null ? new NullFront() : front.build(scope(front), blocks),
    mid: mid === null ? new NullFront() : mid.build(scope(mid), blocks),
    large: large === null ? new NullLarge() : large.build(scope(large), slots),
  };
  return new Heap(boxes, parts.onDestroy ?? null);
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
