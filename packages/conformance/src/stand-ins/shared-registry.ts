/**
 * A registry whose state lies in shared words, so that each of several Workers has one over the same SuperSlabs. Memory is never
 * refused below the last page, and never returned.
 *
 *   words  ┌ end ┐┌ tier per SuperSlab ┐
 */

import {
  PAGE_SHIFT,
  type PageIndex,
  PageKind,
  pageWord,
  type Records,
  type RegistryStats,
  SLOTS_PER_SUPERSLAB,
  type SlabSource,
  SlotState,
  SUPERSLAB_SHIFT,
  type SuperRegistry,
  type SuperSlabIndex,
  Tier,
} from '@hakmem/contracts';

/** Shared words for a registry of so many pages. */
export function sharedRegistryWords(pageLimit: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (1 + pageLimit / SLOTS_PER_SUPERSLAB)));
}

export class SharedRegistry implements SuperRegistry {
  readonly first: SuperSlabIndex = 0;
  readonly #words: Int32Array;
  readonly #records: Records;
  readonly #limit: number;

  /** Over the pages 1 … pageLimit − 1; `pageLimit` is a multiple of 32. */
  constructor(words: Int32Array, records: Records) {
    this.#words = words;
    this.#records = records;
    this.#limit = records.pageLimit / SLOTS_PER_SUPERSLAB;
  }

  get end(): SuperSlabIndex {
    return Atomics.load(this.#words, 0);
  }

  superSlabOf(address: number): SuperSlabIndex {
    return address >>> SUPERSLAB_SHIFT;
  }

  pageOf(address: number): PageIndex {
    return address >>> PAGE_SHIFT;
  }

  tier(superSlab: SuperSlabIndex): Tier {
    return Atomics.load(this.#words, 1 + superSlab) as Tier;
  }

  reuse(): SuperSlabIndex | -1 {
    for (let at = 0; at < this.end; at++) {
      if (Atomics.compareExchange(this.#words, 1 + at, Tier.FREE, Tier.HOT) === Tier.FREE) return at;
    }
    return -1;
  }

  extend(count: number): SuperSlabIndex | -1 {
    const from = this.end;
    if (from + count > this.#limit) return -1;
    if (from === 0) this.#records.words[0] = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);
    if (Atomics.compareExchange(this.#words, 0, from, from + count) !== from) return from;
    for (let at = from; at < from + count; at++) this.heat(at);
    return from;
  }

  heat(superSlab: SuperSlabIndex): void {
    Atomics.store(this.#words, 1 + superSlab, Tier.HOT);
  }

  drain(superSlab: SuperSlabIndex): void {
    Atomics.store(this.#words, 1 + superSlab, Tier.DRAINING);
  }

  free(superSlab: SuperSlabIndex): void {
    Atomics.store(this.#words, 1 + superSlab, Tier.FREE);
  }

  rooms(): SlabSource {
    throw new Error('the box under test has no business with rooms');
  }

  stats(): RegistryStats {
    const count = (tier: Tier): number => this.#words.subarray(1).filter((each) => each === tier).length;
    const [hot, draining, free] = [count(Tier.HOT), count(Tier.DRAINING), count(Tier.FREE)];
    return { hot, draining, free, peak: this.end, created: this.end, returned: 0, retries: 0 };
  }

  verify(): void {}
}
