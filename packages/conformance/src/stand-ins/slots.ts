/**
 * A pool of slots in plain JavaScript, for the end of a chain of slab sources: hands out one new slab after the other, as long as
 * it is given memory, and lets go of those released.
 */

import {
  classIn,
  type PageIndex,
  type PoolStats,
  type Records,
  type SizeClass,
  type SlotPool,
} from '@hakmem/contracts';
import { PlainSource } from './source.js';

export class PlainSlots implements SlotPool {
  /** Where slabs come from: `make` makes one for a test, `memory` is how many may still be asked for. */
  readonly slabs: PlainSource;
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
    this.slabs = new PlainSource(records);
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    return this.slabs.acquire(sizeClass);
  }

  release(head: PageIndex): void {
    this.slabs.retire(classIn(this.#records.words[head]), head);
  }

  sweep(): number {
    return 0;
  }

  reclaim(): number {
    return 0;
  }

  /** Of one thread only: there is none that leaves. */
  leave(): void {}

  verify(): void {}

  stats(): PoolStats {
    const none = { reuse: 0, unused: 0, affine: 0, swept: 0, runs: 0, adopted: 0, abandoned: 0 };
    const slots = { unusedSlots: 0, emptySlots: 0, touchedPages: 0 };
    const { made, retired } = this.slabs;
    return { ...none, ...slots, fresh: made, released: retired.length, retries: { slot: 0, run: 0, adopt: 0 } };
  }
}
