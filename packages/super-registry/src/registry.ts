/**
 * The super-registry: which SuperSlabs exist, in which tier each is, and which FREE one was used last.
 *
 * SuperSlabs exist from `first` to `end` without a gap; memory grows and shrinks at `end` alone. The FREE ones are linked
 * in the order in which they became free: reuse takes the last one (its memory is likely still in the processor's
 * caches), and memory is returned lazily: when more are FREE than the policy's `retain` and than are in use, and
 * the topmost is among them. A load whose blocks come and go at the top then does not resize memory at each of them.
 *
 *   region  ┌ end ┬ newest ┬ oldest ┬ hot ┬ draining ┬ free ┬ peak ┬ created ┬ returned ┐┌ tier ┬ older ┬ newer ┐ per SuperSlab
 *
 * Links hold `index + 1`, so that 0 is none. The equation: hot + draining + free = end − first.
 *
 * Owning thread only. Every call is O(1) but extend, trim (O(SuperSlabs made or returned)) and verify.
 */

import {
  type Address,
  type AddressSpace,
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
const NEWEST = 1;
const OLDEST = 2;
/** The counter of a tier is at COUNT + tier. */
const COUNT = 2;
const PEAK = 6;
const CREATED = 7;
const RETURNED = 8;
const HEADER_WORDS = 16;

const TIER = 0;
const OLDER = 1;
const NEWER = 2;
const RECORD_WORDS = 3;

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
  readonly #words: Int32Array;
  readonly #start: number;
  /** Index after the last SuperSlab that may ever exist. */
  readonly #limit: number;

  constructor(scope: Scope, space: AddressSpace) {
    this.#scope = scope;
    this.#space = space;
    this.#words = scope.region.words;
    this.#start = scope.region.start;
    this.first = space.firstPage >>> SLOT_SHIFT;
    this.#limit = superSlabsIn(space.pageLimit);
    this.#words[this.#start + END] = this.first;
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
    const newest = this.#words[this.#start + NEWEST];
    if (newest === 0) return -1;
    this.#scope.log?.(`[SS_LRU_POP] ss=${newest - 1}`);
    this.heat(newest - 1);
    return newest - 1;
  }

  extend(count: number): SuperSlabIndex | -1 {
    const from = this.end;
    const to = from + count;
    if (to > this.#limit) return -1;
    if (!this.#space.commit(Math.min(to * SLOTS_PER_SUPERSLAB, this.#space.pageLimit))) return -1;
    for (let superSlab = from; superSlab < to; superSlab++) {
      this.#reserveOutside(superSlab);
      this.#words[this.#start + END] = superSlab + 1;
      this.#setTier(superSlab, Tier.HOT);
    }
    this.#words[this.#start + CREATED] += count;
    return from;
  }

  heat(superSlab: SuperSlabIndex): void {
    if (this.tier(superSlab) === Tier.FREE) this.#unlink(superSlab);
    this.#setTier(superSlab, Tier.HOT);
  }

  drain(superSlab: SuperSlabIndex): void {
    this.#setTier(superSlab, Tier.DRAINING);
  }

  free(superSlab: SuperSlabIndex): void {
    const words = this.#words;
    const newest = words[this.#start + NEWEST];
    this.#setTier(superSlab, Tier.FREE);
    words[this.#record(superSlab) + OLDER] = newest;
    words[this.#record(superSlab) + NEWER] = 0;
    if (newest === 0) words[this.#start + OLDEST] = superSlab + 1;
    else words[this.#record(newest - 1) + NEWER] = superSlab + 1;
    words[this.#start + NEWEST] = superSlab + 1;
    this.#scope.log?.(`[SS_LRU_PUSH] ss=${superSlab}`);
    const used = this.#count(Tier.HOT) + this.#count(Tier.DRAINING);
    this.trim(Math.max(this.#scope.policy.words[this.#scope.policy.start + POLICY_RETAIN], used));
  }

  trim(retain: number): number {
    if (!this.#space.returnsMemory) return 0;
    const before = this.end;
    let end = before;
    while (end > this.first && this.tier(end - 1) === Tier.FREE && this.#count(Tier.FREE) > retain) {
      end--;
      this.#unlink(end);
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
    return {
      hot: this.#count(Tier.HOT),
      draining: this.#count(Tier.DRAINING),
      free: this.#count(Tier.FREE),
      peak: this.#words[this.#start + PEAK],
      created: this.#words[this.#start + CREATED],
      returned: this.#words[this.#start + RETURNED],
    };
  }

  verify(report: Report): void {
    const complain = (message: string, superSlab = 0): void =>
      report({ box: 'super-registry', message, address: superSlab * 2 ** SUPERSLAB_SHIFT });
    const counted = [0, 0, 0, 0];
    for (let superSlab = this.first; superSlab < this.end; superSlab++) {
      const tier = this.tier(superSlab);
      counted[tier] = (counted[tier] ?? 0) + 1;
      if (tier === Tier.ABSENT) complain(`SuperSlab ${superSlab} is ABSENT below the end`, superSlab);
    }
    for (const tier of [Tier.HOT, Tier.DRAINING, Tier.FREE]) {
      if (counted[tier] !== this.#count(tier))
        complain(`tier ${tier}: ${counted[tier]} found, ${this.#count(tier)} counted`);
    }
    const made = this.stats().created - this.stats().returned;
    if (made !== this.end - this.first)
      complain(`${made} SuperSlabs made and not returned, ${this.end - this.first} there`);
    let linked = 0;
    let newer = 0;
    for (let link = this.#words[this.#start + NEWEST]; link !== 0 && linked <= this.#limit; linked++) {
      const record = this.#record(link - 1);
      if (this.tier(link - 1) !== Tier.FREE) complain(`SuperSlab ${link - 1} is linked and not FREE`, link - 1);
      if (this.#words[record + NEWER] !== newer) complain(`SuperSlab ${link - 1} has a wrong link to newer`, link - 1);
      newer = link;
      link = this.#words[record + OLDER];
    }
    if (this.#words[this.#start + OLDEST] !== newer) complain('the list of FREE SuperSlabs does not end at its oldest');
    if (linked !== this.#count(Tier.FREE)) complain(`${linked} SuperSlabs linked, ${this.#count(Tier.FREE)} FREE`);
    const backed = this.end === this.first ? 0 : Math.min(this.end * SLOTS_PER_SUPERSLAB, this.#space.pageLimit);
    if (this.#space.committedPages < backed) {
      complain(`SuperSlabs end at ${this.end}, memory at page ${this.#space.committedPages}`);
    }
  }

  /** Marks the pages of a new SuperSlab that the address space does not give, before the SuperSlab can be seen. */
  #reserveOutside(superSlab: SuperSlabIndex): void {
    const pages = this.#scope.records.words;
    const base = superSlab * SLOTS_PER_SUPERSLAB;
    for (let page = base; page < base + SLOTS_PER_SUPERSLAB; page++) {
      const outside = page < this.#space.firstPage || page >= this.#space.pageLimit;
      if (outside) pages[page] = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);
    }
  }

  #setTier(superSlab: SuperSlabIndex, next: Tier): void {
    const words = this.#words;
    const at = this.#record(superSlab) + TIER;
    const was = words[at] as Tier;
    if (was !== Tier.ABSENT) words[this.#start + COUNT + was]--;
    if (next !== Tier.ABSENT) words[this.#start + COUNT + next]++;
    words[at] = next;
    const used = this.#count(Tier.HOT) + this.#count(Tier.DRAINING);
    if (used > words[this.#start + PEAK]) words[this.#start + PEAK] = used;
  }

  #unlink(superSlab: SuperSlabIndex): void {
    const words = this.#words;
    const record = this.#record(superSlab);
    const older = words[record + OLDER];
    const newer = words[record + NEWER];
    words[newer === 0 ? this.#start + NEWEST : this.#record(newer - 1) + OLDER] = older;
    words[older === 0 ? this.#start + OLDEST : this.#record(older - 1) + NEWER] = newer;
    words[record + OLDER] = 0;
    words[record + NEWER] = 0;
  }

  #count(tier: Tier): number {
    return this.#words[this.#start + COUNT + tier];
  }

  #record(superSlab: SuperSlabIndex): number {
    return this.#start + HEADER_WORDS + superSlab * RECORD_WORDS;
  }
}
