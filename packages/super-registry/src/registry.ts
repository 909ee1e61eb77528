/**
 * The super-registry: which SuperSlabs exist, in which tier each is, and which FREE one was used last.
 *
 * SuperSlabs exist from `first` to `end` without a gap; memory grows and shrinks at `end` alone. Each bears the time at which it
 * last became FREE, a count: reuse takes the latest one (its memory is likely still in the processor's caches), and
 * memory is returned lazily: when more are FREE than the policy's `retain` and than are in use, and the topmost is among
 * them. A load whose blocks come and go at the top then does not resize memory at each of them.
 *
 *   region  ┌ end ┬ clock ┬ peak ┬ returned ┬ retries ┬ … 16 words ┐┌ tier ┬ freed at ┐ per SuperSlab
 *
 * Any thread. `end` alone is an authority: it is moved by one compare-and-swap. A tier says what is preferred; two threads
 * that set one at the same time leave one of the two, and whoever sees that the page words ask for another sets that. Counts are
 * made by looking at all tiers, so a thread that dies leaves none wrong. Memory is returned by spaces of one thread only.
 *
 * tier, heat, drain are O(1); reuse, extend and free are O(SuperSlabs), a word each.
 */

import {
  type Address,
  type AddressSpace,
  type AtomicOps,
  PAGE_SHIFT,
  type PageIndex,
  PageKind,
  POLICY_RETAIN,
  pageWord,
  type Region,
  type RegistryStats,
  type Report,
  type Scope,
  SLOT_SHIFT,
  SLOTS_PER_SUPERSLAB,
  type SlabSource,
  type SlotPool,
  SlotState,
  SUPERSLAB_SHIFT,
  type SuperRegistry,
  type SuperSlabIndex,
  Tier,
} from '@hakmem/contracts';
import { Rooms } from './rooms.js';

const END = 0;
const CLOCK = 1;
const PEAK = 2;
const RETURNED = 3;
const RETRIES = 4;
const HEADER_WORDS = 16;

const TIER = 0;
const FREED_AT = 1;
const RECORD_WORDS = 2;

/** Words of the registry's region for a heap of `pageLimit` pages. */
export function registryWords(pageLimit: number): number {
  return HEADER_WORDS + RECORD_WORDS * superSlabsIn(pageLimit);
}

function superSlabsIn(pageLimit: number): number {
  return Math.ceil(pageLimit / SLOTS_PER_SUPERSLAB);
}

export class Registry implements SuperRegistry {
  readonly first: SuperSlabIndex;
  readonly #scope: Scope;
  readonly #space: AddressSpace;
  readonly #atomics: AtomicOps;
  readonly #words: Int32Array;
  readonly #start: number;
  /** Index after the last SuperSlab that may ever exist. */
  readonly #limit: number;

  constructor(scope: Scope, space: AddressSpace) {
    this.#scope = scope;
    this.#space = space;
    this.#atomics = scope.records.atomics;
    this.#words = scope.region.words;
    this.#start = scope.region.start;
    this.first = space.firstPage >>> SLOT_SHIFT;
    this.#limit = superSlabsIn(space.pageLimit);
    if (scope.founding) this.#words[this.#start + END] = this.first;
  }

  get end(): SuperSlabIndex {
    return this.#words[this.#start + END];
  }

  superSlabOf(address: Address): SuperSlabIndex {
    return address >>> SUPERSLAB_SHIFT;
  }

  pageOf(address: Address): PageIndex {
    return address >>> PAGE_SHIFT;
  }

  tier(superSlab: SuperSlabIndex): Tier {
    if (superSlab < this.first || superSlab >= this.end) return Tier.ABSENT;
    return this.#words[this.#record(superSlab) + TIER] as Tier;
  }

  reuse(): SuperSlabIndex | -1 {
    let latest: SuperSlabIndex | -1 = -1;
    let freedAt = 0;
    for (let superSlab = this.first; superSlab < this.end; superSlab++) {
      if (this.tier(superSlab) !== Tier.FREE) continue;
      // Modulo 2³²: compared by their distance.
      const at = this.#words[this.#record(superSlab) + FREED_AT];
      if (latest !== -1 && ((at - freedAt) | 0) < 0) continue;
      latest = superSlab;
      freedAt = at;
    }
    if (latest === -1) return -1;
    this.#scope.log?.(`[SS_LRU_POP] ss=${latest}`);
    this.heat(latest);
    return latest;
  }

  extend(count: number): SuperSlabIndex | -1 {
    const from = this.end;
    const to = from + count;
    if (to > this.#limit) return -1;
    if (!this.#space.commit(Math.min(to * SLOTS_PER_SUPERSLAB, this.#space.pageLimit))) return -1;
    for (let superSlab = from; superSlab < to; superSlab++) this.#reserveOutside(superSlab);
    if (this.#atomics.compareExchange(this.#words, this.#start + END, from, to) !== from) {
      this.#atomics.add(this.#words, this.#start + RETRIES, 1);
      return from;
    }
    for (let superSlab = from; superSlab < to; superSlab++) this.heat(superSlab);
    return from;
  }

  heat(superSlab: SuperSlabIndex): void {
    // After what its caller did to page words: see `free`.
    const was = this.#atomics.load(this.#words, this.#record(superSlab) + TIER) as Tier;
    if (was === Tier.HOT) return;
    this.#setTier(superSlab, Tier.HOT);
    if (was !== Tier.DRAINING) this.#notePeak();
  }

  drain(superSlab: SuperSlabIndex): void {
    this.#setTier(superSlab, Tier.DRAINING);
  }

  free(superSlab: SuperSlabIndex): void {
    const now = this.#atomics.add(this.#words, this.#start + CLOCK, 1) + 1;
    this.#words[this.#record(superSlab) + FREED_AT] = now;
    this.#setTier(superSlab, Tier.FREE);
    this.#scope.log?.(`[SS_LRU_PUSH] ss=${superSlab}`);
    if (this.#space.release === undefined) return;
    const { hot, draining } = this.#count();
    this.trim(Math.max(this.#scope.policy.words[this.#scope.policy.start + POLICY_RETAIN], hot + draining));
  }

  trim(retain: number): number {
    if (this.#space.release === undefined) return 0;
    const before = this.end;
    let end = before;
    for (let { free } = this.#count(); free > retain && end > this.first && this.tier(end - 1) === Tier.FREE; free--) {
      end--;
      this.#setTier(end, Tier.ABSENT);
      this.#words[this.#start + END] = end;
    }
    if (end === before) return 0;
    this.#space.release(end * SLOTS_PER_SUPERSLAB);
    this.#words[this.#start + RETURNED] += before - end;
    this.#scope.log?.(`[SS_LRU_RETURN] count=${before - end} end=${end}`);
    return before - end;
  }

  rooms(region: Region, pool: SlotPool): SlabSource {
    return new Rooms(this.#scope.records, region, pool);
  }

  stats(): RegistryStats {
    const counter = (which: number): number => this.#words[this.#start + which] >>> 0;
    const returned = counter(RETURNED);
    return {
      ...this.#count(),
      peak: counter(PEAK),
      created: this.end - this.first + returned,
      returned,
      retries: counter(RETRIES),
    };
  }

  verify(report: Report): void {
    const complain = (message: string, superSlab = 0): void =>
      report({ box: 'super-registry', message, address: superSlab * 2 ** SUPERSLAB_SHIFT });
    for (let superSlab = this.first; superSlab < this.end; superSlab++) {
      if (this.tier(superSlab) === Tier.ABSENT) complain(`SuperSlab ${superSlab} is ABSENT below the end`, superSlab);
    }
    for (let superSlab = this.end; superSlab < this.#limit; superSlab++) {
      const tier = this.#words[this.#record(superSlab) + TIER];
      if (tier !== Tier.ABSENT) complain(`SuperSlab ${superSlab} behind the end has tier ${tier}`, superSlab);
    }
    const backed = this.end === this.first ? 0 : Math.min(this.end * SLOTS_PER_SUPERSLAB, this.#space.pageLimit);
    if (this.#space.committedPages < backed) {
      complain(`SuperSlabs end at ${this.end}, memory at page ${this.#space.committedPages}`);
    }
  }

  /**
   * Marks the pages of a new SuperSlab that the address space does not give, before the SuperSlab can be seen. A thread that
   * is not the first to make it writes what is there already.
   */
  #reserveOutside(superSlab: SuperSlabIndex): void {
    const pages = this.#scope.records.words;
    const base = superSlab * SLOTS_PER_SUPERSLAB;
    for (let page = base; page < base + SLOTS_PER_SUPERSLAB; page++) {
      const outside = page < this.#space.firstPage || page >= this.#space.pageLimit;
      if (outside) pages[page] = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);
    }
  }

  #setTier(superSlab: SuperSlabIndex, next: Tier): void {
    this.#atomics.store(this.#words, this.#record(superSlab) + TIER, next);
  }

  #notePeak(): void {
    const { hot, draining } = this.#count();
    const at = this.#start + PEAK;
    if (hot + draining > this.#words[at]) this.#words[at] = hot + draining;
  }

  #count(): { hot: number; draining: number; free: number } {
    const counted = [0, 0, 0, 0];
    for (let superSlab = this.first; superSlab < this.end; superSlab++) counted[this.tier(superSlab)]++;
    return { hot: counted[Tier.HOT], draining: counted[Tier.DRAINING], free: counted[Tier.FREE] };
  }

  #record(superSlab: SuperSlabIndex): number {
    return this.#start + HEADER_WORDS + superSlab * RECORD_WORDS;
  }
}
