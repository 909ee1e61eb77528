/** The slabs of one thread, found by their page words: what is a block of theirs, and which blocks are live. O(pages). */

import { classIn, kindOf, ownerOf, PageKind, SlotState, stateOf } from '../page-word.js';
import { headOf, NOTE_SPAN, noteOf, type Records } from '../records.js';
import { BLOCK_BYTES, SPAN_BLOCKS } from '../size-classes.js';
import {
  type Address,
  GRANULE_SHIFT,
  PAGE_BYTES,
  PAGE_SHIFT,
  type PageIndex,
  type SizeClass,
  type ThreadId,
} from '../units.js';

export class OwnSlabs {
  readonly records: Records;
  readonly owner: ThreadId;

  constructor(records: Records, owner: ThreadId) {
    this.records = records;
    this.owner = owner;
  }

  isMine(head: PageIndex): boolean {
    const word = this.records.words[head];
    const slab = kindOf(word) === PageKind.TINY || kindOf(word) === PageKind.MID;
    return slab && stateOf(word) === SlotState.ACTIVE && ownerOf(word) === this.owner;
  }

  /** Whether a block of the class, in a slab of this thread, starts there. */
  isBlock(sizeClass: SizeClass, address: Address): boolean {
    const { words, pageLimit } = this.records;
    const page = address >>> PAGE_SHIFT;
    if (!Number.isInteger(address) || address <= 0 || page >= pageLimit || !this.isMine(page)) return false;
    const head = headOf(words, page);
    const at = (address - head * PAGE_BYTES) / BLOCK_BYTES[sizeClass];
    return classIn(words[head]) === sizeClass && Number.isInteger(at) && at < SPAN_BLOCKS[sizeClass];
  }

  /** The first pages of this thread's slabs, of a class or of all. */
  slabs(sizeClass: SizeClass | null = null): PageIndex[] {
    const { words, pageLimit } = this.records;
    const heads: PageIndex[] = [];
    for (let page = 1; page < pageLimit; page++) {
      const fits = this.isMine(page) && words[noteOf(page) + NOTE_SPAN] >= 0;
      if (fits && (sizeClass === null || classIn(words[page]) === sizeClass)) heads.push(page);
    }
    return heads;
  }

  /** The live blocks of the class in this thread's slabs. */
  liveIn(sizeClass: SizeClass): Set<Address> {
    const { live } = this.records;
    const found = new Set<Address>();
    for (const head of this.slabs(sizeClass)) {
      for (let i = 0; i < SPAN_BLOCKS[sizeClass]; i++) {
        const address = head * PAGE_BYTES + i * BLOCK_BYTES[sizeClass];
        if (live[address >>> GRANULE_SHIFT] === 1) found.add(address);
      }
    }
    return found;
  }
}
