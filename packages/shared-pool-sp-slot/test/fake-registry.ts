/**
 * A SuperRegistry in plain JavaScript, for the pool to stand on. It keeps the clauses of the registry, gives memory only
 * as far as the test allows, and throws when it is asked for a change that no registry can make.
 */

import {
  PAGE_SHIFT,
  type PageIndex,
  PageKind,
  pageWord,
  type Records,
  type RegistryStats,
  SLOT_SHIFT,
  SLOTS_PER_SUPERSLAB,
  type SlabSource,
  SlotState,
  SUPERSLAB_SHIFT,
  type SuperRegistry,
  type SuperSlabIndex,
  Tier,
} from '@hakmem/contracts';

export interface FakeRegistryOptions {
  /** First page of the region (1 …); pages before it, in its SuperSlab, are RESERVED. */
  readonly firstPage: PageIndex;
  /** FREE SuperSlabs that are kept when memory is returned; Infinity: memory is never returned. */
  readonly retain: number;
}

export class FakeRegistry implements SuperRegistry {
  readonly first: SuperSlabIndex;
  /** SuperSlabs from this index on get no memory. */
  memory: number = Number.POSITIVE_INFINITY;
  /** The FREE SuperSlabs, the one freed last at the end. */
  readonly freed: SuperSlabIndex[] = [];
  readonly #records: Records;
  readonly #options: FakeRegistryOptions;
  readonly #tiers: Tier[] = [];
  #end: SuperSlabIndex;
  #created = 0;
  #returned = 0;

  constructor(records: Records, options: FakeRegistryOptions) {
    this.#records = records;
    this.#options = options;
    this.first = options.firstPage >>> SLOT_SHIFT;
    this.#end = this.first;
  }

  get end(): SuperSlabIndex {
    return this.#end;
  }

  superSlabOf(address: number): SuperSlabIndex {
    return address >>> SUPERSLAB_SHIFT;
  }

  pageOf(address: number): PageIndex {
    return address >>> PAGE_SHIFT;
  }

  tier(superSlab: SuperSlabIndex): Tier {
    return superSlab < this.#end ? (this.#tiers[superSlab] ?? Tier.ABSENT) : Tier.ABSENT;
  }

  reuse(): SuperSlabIndex | -1 {
    const superSlab = this.freed.pop();
    if (superSlab === undefined) return -1;
    this.#tiers[superSlab] = Tier.HOT;
    return superSlab;
  }

  extend(count: number): SuperSlabIndex | -1 {
    const from = this.#end;
    const to = from + count;
    if (to > Math.min(this.memory, Math.ceil(this.#records.pageLimit / SLOTS_PER_SUPERSLAB))) return -1;
    for (let page = from * SLOTS_PER_SUPERSLAB; page < to * SLOTS_PER_SUPERSLAB; page++) {
      const outside = page < this.#options.firstPage || page >= this.#records.pageLimit;
      if (outside) this.#records.words[page] = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);
    }
    for (let superSlab = from; superSlab < to; superSlab++) this.#tiers[superSlab] = Tier.HOT;
    this.#end = to;
    this.#created += count;
    return from;
  }

  heat(superSlab: SuperSlabIndex): void {
    this.#insist(this.tier(superSlab) !== Tier.ABSENT, `heat(${superSlab}) of an ABSENT SuperSlab`);
    if (this.tier(superSlab) === Tier.FREE) this.freed.splice(this.freed.indexOf(superSlab), 1);
    this.#tiers[superSlab] = Tier.HOT;
  }

  drain(superSlab: SuperSlabIndex): void {
    this.#insist(this.tier(superSlab) === Tier.HOT, `drain(${superSlab}) of a SuperSlab that is not HOT`);
    this.#tiers[superSlab] = Tier.DRAINING;
  }

  free(superSlab: SuperSlabIndex): void {
    const tier = this.tier(superSlab);
    this.#insist(tier === Tier.HOT || tier === Tier.DRAINING, `free(${superSlab}) of a SuperSlab of tier ${tier}`);
    this.#tiers[superSlab] = Tier.FREE;
    this.freed.push(superSlab);
    this.trim(this.#options.retain);
  }

  trim(retain: number): number {
    const before = this.#end;
    while (this.#end > this.first && this.#tiers[this.#end - 1] === Tier.FREE && this.freed.length > retain) {
      this.#end--;
      this.freed.splice(this.freed.indexOf(this.#end), 1);
      this.#tiers[this.#end] = Tier.ABSENT;
    }
    this.#returned += before - this.#end;
    return before - this.#end;
  }

  rooms(): SlabSource {
    throw new Error('the pool has no business with rooms');
  }

  stats(): RegistryStats {
    const count = (tier: Tier): number => this.#tiers.filter((each) => each === tier).length;
    return {
      hot: count(Tier.HOT),
      draining: count(Tier.DRAINING),
      free: count(Tier.FREE),
      peak: 0,
      created: this.#created,
      returned: this.#returned,
    };
  }

  verify(): void {}

  #insist(holds: boolean, what: string): void {
    if (!holds) throw new Error(`the pool broke the registry: ${what}`);
  }
}
