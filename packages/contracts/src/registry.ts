/**
 * The contract of the registry of SuperSlabs: which exist, in which tier, which FREE one was used last. Tiers say what is
 * preferred, no more: who finds a slot by its page word may claim it whatever the tier, and heats the SuperSlab.
 *
 *   ABSENT ──extend──► HOT ⇄ DRAINING ──free──► FREE ──reuse──► HOT      FREE ──trim──► ABSENT
 *
 * Capabilities: `concurrency` · `grows`: extend can make SuperSlabs · `shrinks`: it has `trim`, and memory returns where the
 * space can · `retries`: of several threads that extend at once one makes them.
 */

import type { Walkable } from './general.js';
import type { SlotPool } from './pool.js';
import type { Region } from './records.js';
import type { SlabSource } from './source.js';
import type { Address, PageIndex, SuperSlabIndex } from './units.js';

export const REGISTRY = {
  // always
  'REGISTRY-1': 'Address to SuperSlab and page MUST be arithmetic: O(1), no memory read.',
  'REGISTRY-2':
    'Every SuperSlab from first to end MUST be HOT, DRAINING or FREE, and the counts of the tiers MUST add up to all of them.',
  // after
  'REGISTRY-3': 'reuse MUST take the FREE SuperSlab that was freed last; extend MUST make neighbours at the top.',
  'REGISTRY-4': 'Memory MUST be returned lazily: only FREE SuperSlabs at the top, only beyond those to be retained.',
  'REGISTRY-5': 'Pages that the address space does not give MUST be RESERVED before anyone sees their SuperSlab.',
  // threads
  'REGISTRY-6':
    'Of several threads that extend at once one MUST move the end; the others MUST answer its first SuperSlab, count a retry and make nothing.',
  'REGISTRY-7': 'A registry built over a region in use MUST change nothing.',
  // failure
  'REGISTRY-8':
    'reuse MUST answer -1 when none is FREE, extend when memory is refused, and MUST then have changed nothing.',
  'REGISTRY-9':
    'heat, drain and free MUST change the tier of the SuperSlab that they name and of no other, but for those that free returns.',
  'REGISTRY-10':
    'A thread that ended in the middle of a call MUST leave SuperSlabs which heat makes HOT, and calls that others can make.',
  // before
  'REGISTRY-11':
    'The caller MUST extend by 1 or more, and name a SuperSlab from first to end when it heats, drains or frees one.',
} as const;

/** The tier of a SuperSlab: HOT: allocate from it · DRAINING: let it empty · FREE: nothing in it · ABSENT: not there. */
export const Tier = { ABSENT: 0, HOT: 1, DRAINING: 2, FREE: 3 } as const;
export type Tier = (typeof Tier)[keyof typeof Tier];

/** Counts of SuperSlabs. */
export interface RegistryStats {
  readonly hot: number;
  readonly draining: number;
  readonly free: number;
  /** Most SuperSlabs that were HOT or DRAINING at once. */
  readonly peak: number;
  /** SuperSlabs made from memory since the start. */
  readonly created: number;
  /** SuperSlabs given back to memory since the start. */
  readonly returned: number;
  /** SuperSlabs that another thread made first. */
  readonly retries: number;
}

/** The SuperSlabs. Any thread, at any time. */
export interface SuperRegistry extends Walkable {
  /** Index of the first SuperSlab of the address space. */
  readonly first: SuperSlabIndex;
  /** Index after the last SuperSlab that exists now. */
  readonly end: SuperSlabIndex;
  superSlabOf(address: Address): SuperSlabIndex;
  pageOf(address: Address): PageIndex;
  tier(superSlab: SuperSlabIndex): Tier;
  /** Takes the FREE SuperSlab that was used last and makes it HOT; -1 when there is none. */
  reuse(): SuperSlabIndex | -1;
  /**
   * Makes `count` neighbouring HOT SuperSlabs from memory and returns the first; -1 when memory is refused. When another
   * thread is first to make some, returns the first of those.
   */
  extend(count: number): SuperSlabIndex | -1;
  /** Makes a DRAINING or FREE SuperSlab HOT. */
  heat(superSlab: SuperSlabIndex): void;
  /** Makes a HOT SuperSlab DRAINING. */
  drain(superSlab: SuperSlabIndex): void;
  /** Takes note that nothing is in the SuperSlab: FREE, used last. May return memory. */
  free(superSlab: SuperSlabIndex): void;
  /** Returns FREE SuperSlabs at the top of the heap to memory, down to `retain` FREE ones; says how many. There when it `shrinks`. */
  trim?(retain: number): number;
  /**
   * A thread's per-class lists of slabs with room, over the pool that makes slabs. Keeps the contract of a slab source. Its region
   * has CLASS_COUNT words, zero at first.
   */
  rooms(region: Region, pool: SlotPool): SlabSource;
  stats(): RegistryStats;
}
