/**
 * The rooms: per class, the slabs of this thread that have room, in a list linked through their page notes.
 *
 *   region  ┌ head ┐ per class        note  next, prev: page indices; prev of the first is −1; both 0 when not listed
 *
 * The link of the chain of slab sources that holds any number of slabs; its parent is the pool, which makes new ones.
 * What is listed is exactly linked, so a slab that has become all room leaves in O(1) wherever it stands. Last in, first
 * out. Owning thread only; every call is O(1) but held and verify.
 */

import {
  CLASS_COUNT,
  classIn,
  NOTE_NEXT,
  NOTE_PREV,
  NOTE_ROOM,
  noteOf,
  PAGE_BYTES,
  type PageIndex,
  type Records,
  type Region,
  type Report,
  type SizeClass,
  type SlabSource,
  type SlotPool,
  SlotState,
  stateOf,
} from '@hakmem/contracts';

/** Words of the region of the rooms. */
export const ROOMS_WORDS: number = CLASS_COUNT;

const FIRST = -1;

export class Rooms implements SlabSource {
  readonly #pages: Int32Array;
  readonly #words: Int32Array;
  readonly #start: number;
  readonly #pool: SlotPool;

  constructor(records: Records, region: Region, pool: SlotPool) {
    this.#pages = records.words;
    this.#words = region.words;
    this.#start = region.start;
    this.#pool = pool;
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    const head = this.spare(sizeClass);
    return head !== 0 ? head : this.#pool.acquire(sizeClass);
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    const head = this.#words[this.#start + sizeClass];
    if (head !== 0) this.#unlink(sizeClass, head);
    return head;
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    const pages = this.#pages;
    const next = this.#words[this.#start + sizeClass];
    pages[noteOf(head) + NOTE_NEXT] = next;
    pages[noteOf(head) + NOTE_PREV] = FIRST;
    if (next !== 0) pages[noteOf(next) + NOTE_PREV] = head;
    this.#words[this.#start + sizeClass] = head;
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    if (this.#pages[noteOf(head) + NOTE_PREV] !== 0) this.#unlink(sizeClass, head);
    this.#pool.release(head);
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    for (let c = 0; c < CLASS_COUNT; c++) {
      let head = this.#words[this.#start + c];
      for (let left = this.#pages.length; head !== 0 && left > 0; left--) {
        visit(c, head);
        head = this.#pages[noteOf(head) + NOTE_NEXT];
      }
    }
  }

  verify(report: Report): void {
    const prevOf = new Map<SizeClass, PageIndex>();
    this.held((sizeClass, head) => {
      const complain = (message: string): void =>
        report({
          box: 'super-registry',
          message: `slab ${head} in the rooms of class ${sizeClass} ${message}`,
          address: head * PAGE_BYTES,
        });
      const word = this.#pages[head];
      if (stateOf(word) !== SlotState.ACTIVE || classIn(word) !== sizeClass) complain(`has the page word ${word}`);
      if (this.#pages[noteOf(head) + NOTE_ROOM] <= 0) complain('has no room');
      const prev = prevOf.get(sizeClass) ?? FIRST;
      if (this.#pages[noteOf(head) + NOTE_PREV] !== prev) complain(`has a wrong link back, expected ${prev}`);
      prevOf.set(sizeClass, head);
    });
  }

  #unlink(sizeClass: SizeClass, head: PageIndex): void {
    const pages = this.#pages;
    const next = pages[noteOf(head) + NOTE_NEXT];
    const prev = pages[noteOf(head) + NOTE_PREV];
    if (prev === FIRST) this.#words[this.#start + sizeClass] = next;
    else pages[noteOf(prev) + NOTE_NEXT] = next;
    if (next !== 0) pages[noteOf(next) + NOTE_PREV] = prev;
    pages[noteOf(head) + NOTE_NEXT] = 0;
    pages[noteOf(head) + NOTE_PREV] = 0;
  }
}
