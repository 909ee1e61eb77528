/**
 * A registry of SuperSlabs in plain JavaScript, for a pool to stand on. It keeps the clauses of the registry, gives memory only
 * as far as the test allows, and throws when one thread asks for a change that makes no sense. Of several threads each may
 * be late with what it asks for, so from the first `seenBy` on it takes what comes, as a real one must.
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
import type { OnAccess } from '../steps.js';

/** Where its memory is, and how much of it stays. */
export interface PlainRegistryOptions {
  /** First page of the region (1 …); pages before it, in its SuperSlab, are RESERVED. Default 32. */
  readonly firstPage?: PageIndex | undefined;
  /** FREE SuperSlabs that are kept when memory is returned; default Infinity: memory is never returned. */
  readonly retain?: number | undefined;
}

export class PlainRegistry implements SuperRegistry {
  readonly first: SuperSlabIndex;
  readonly firstPage: PageIndex;
  /** SuperSlabs from this index on get no memory. */
  memory: number = Number.POSITIVE_INFINITY;
  /** SuperSlabs made from memory so far. */
  created = 0;
  /** The FREE SuperSlabs, the one freed last at the end. */
  readonly freed: SuperSlabIndex[] = [];
  readonly #records: Records;
  readonly #retain: number;
  readonly #tiers: Tier[] = [];
  #end: SuperSlabIndex;
  #returned = 0;
  #oneThread = true;

  constructor(records: Records, { firstPage = 32, retain = Number.POSITIVE_INFINITY }: PlainRegistryOptions = {}) {
    this.#records = records;
    this.#retain = retain;
    this.firstPage = firstPage;
    this.first = firstPage >>> SLOT_SHIFT;
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
    if (!this.#moveEnd(count)) return -1;
    for (let superSlab = from; superSlab < from + count; superSlab++) this.#tiers[superSlab] = Tier.HOT;
    return from;
  }

  heat(superSlab: SuperSlabIndex): void {
    this.#insist(this.tier(superSlab) !== Tier.ABSENT, `heat(${superSlab}) of an ABSENT SuperSlab`);
    this.#unfree(superSlab);
    this.#tiers[superSlab] = Tier.HOT;
  }

  drain(superSlab: SuperSlabIndex): void {
    this.#insist(this.tier(superSlab) === Tier.HOT, `drain(${superSlab}) of a SuperSlab that is not HOT`);
    this.#unfree(superSlab);
    this.#tiers[superSlab] = Tier.DRAINING;
  }

  free(superSlab: SuperSlabIndex): void {
    const tier = this.tier(superSlab);
    this.#insist(tier === Tier.HOT || tier === Tier.DRAINING, `free(${superSlab}) of a SuperSlab of tier ${tier}`);
    this.#unfree(superSlab);
    this.#tiers[superSlab] = Tier.FREE;
    this.freed.push(superSlab);
    this.trim(this.#retain);
  }

  trim(retain: number): number {
    const before = this.#end;
    while (this.#end > this.first && this.#tiers[this.#end - 1] === Tier.FREE && this.freed.length > retain) {
      this.#end--;
      this.#unfree(this.#end);
      this.#tiers[this.#end] = Tier.ABSENT;
    }
    this.#returned += before - this.#end;
    return before - this.#end;
  }

  rooms(): SlabSource {
    throw new Error('a pool has no business with rooms');
  }

  stats(): RegistryStats {
    const count = (tier: Tier): number => this.#tiers.filter((each) => each === tier).length;
    return {
      hot: count(Tier.HOT),
      draining: count(Tier.DRAINING),
      free: count(Tier.FREE),
      peak: 0,
      created: this.created,
      returned: this.#returned,
      retries: 0,
    };
  }

  verify(): void {}

  /** Keeps what is; the answer brings it back, the page words apart. */
  save(): () => void {
    const [tiers, freed] = [[...this.#tiers], [...this.freed]];
    const { created, memory } = this;
    const [end, returned, oneThread] = [this.#end, this.#returned, this.#oneThread];
    return () => {
      this.#tiers.splice(0, this.#tiers.length, ...tiers);
      this.freed.splice(0, this.freed.length, ...freed);
      this.#end = end;
      this.created = created;
      this.#returned = returned;
      this.#oneThread = oneThread;
      this.memory = memory;
    };
  }

  /**
   * The registry of one of several threads: `onAccess` is called before each of its accesses. As in the real one, the end
   * moves first and the tiers of new SuperSlabs follow, so that others see them ABSENT in between; when another thread was
   * first, the answer is the first of those that it has made.
   */
  seenBy(onAccess: OnAccess): SuperRegistry {
    this.#oneThread = false;
    const read = <T>(ask: () => T): T => {
      onAccess('read');
      return ask();
    };
    const write = <T>(change: () => T): T => {
      onAccess('write');
      return change();
    };
    const end = (): SuperSlabIndex => this.#end;
    return {
      first: this.first,
      get end() {
        return read(end);
      },
      superSlabOf: (address) => this.superSlabOf(address),
      pageOf: (address) => this.pageOf(address),
      tier: (superSlab) => read(() => this.tier(superSlab)),
      reuse: () => write(() => this.reuse()),
      extend: (count) => {
        const from = read(end);
        if (from + count > this.#limit) return -1;
        const moved = write(() => this.#end === from && this.#moveEnd(count));
        for (let i = 0; moved && i < count; i++) write(() => this.heat(from + i));
        return from;
      },
      heat: (superSlab) => write(() => this.heat(superSlab)),
      drain: (superSlab) => write(() => this.drain(superSlab)),
      free: (superSlab) => write(() => this.free(superSlab)),
      trim: (retain) => write(() => this.trim(retain)),
      rooms: () => this.rooms(),
      stats: () => this.stats(),
      verify: () => {},
    };
  }

  get #limit(): SuperSlabIndex {
    return Math.min(this.memory, Math.ceil(this.#records.pageLimit / SLOTS_PER_SUPERSLAB));
  }

  #moveEnd(count: number): boolean {
    const from = this.#end;
    const to = from + count;
    if (to > this.#limit) return false;
    for (let page = from * SLOTS_PER_SUPERSLAB; page < to * SLOTS_PER_SUPERSLAB; page++) {
      const outside = page < this.firstPage || page >= this.#records.pageLimit;
      if (outside) this.#records.words[page] = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);
    }
    this.#end = to;
    this.created += count;
    return true;
  }

  #unfree(superSlab: SuperSlabIndex): void {
    const at = this.freed.indexOf(superSlab);
    if (at !== -1) this.freed.splice(at, 1);
  }

  #insist(holds: boolean, what: string): void {
    if (this.#oneThread && !holds) throw new Error(`the pool broke the registry: ${what}`);
  }
}
