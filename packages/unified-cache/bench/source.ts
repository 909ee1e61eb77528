/** Collaborators that cost next to nothing: a source with one slab per class, made ahead, and news of one slab. */

import {
  CLASS_COUNT,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  type PageIndex,
  PageKind,
  pageWord,
  type Records,
  type RemoteQueue,
  type RemoteStats,
  type SizeClass,
  type SlabSource,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  TINY_CLASS_COUNT,
} from '@hakmem/contracts';

/** Pages that the slabs take, page 0 included. */
export const SOURCE_PAGES: number = SPAN_PAGES.reduce((pages, span) => pages + span, 1);

export class OneSlabEach implements SlabSource {
  readonly #words: Int32Array;
  /** Per class: the slab; 0 while the cache has it. */
  readonly #slabs = new Int32Array(CLASS_COUNT);

  constructor({ words }: Records) {
    this.#words = words;
    let head = 1;
    for (let c = 0; c < CLASS_COUNT; c++) {
      const word = pageWord(SlotState.ACTIVE, c < TINY_CLASS_COUNT ? PageKind.TINY : PageKind.MID, 1, c);
      for (let i = 0; i < SPAN_PAGES[c]; i++) {
        words[head + i] = word;
        words[noteOf(head + i) + NOTE_SPAN] = i === 0 ? SPAN_PAGES[c] : -i;
      }
      words[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[c];
      this.#slabs[c] = head;
      head += SPAN_PAGES[c];
    }
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    const head = this.#slabs[sizeClass];
    this.#slabs[sizeClass] = 0;
    return head;
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    return this.acquire(sizeClass);
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    this.#slabs[sizeClass] = head;
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    this.#slabs[sizeClass] = head;
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    this.#slabs.forEach((head, c) => {
      if (head !== 0 && this.#words[noteOf(head) + NOTE_ROOM] > 0) visit(c, head);
    });
  }

  verify(): void {}
}

/** News of one slab, whatever the class; 0: none. Nobody frees by it. */
export class OneSlabTold implements RemoteQueue {
  head: PageIndex = 0;

  free(): boolean {
    return false;
  }

  hasNews(): boolean {
    return this.head !== 0;
  }

  take(_sizeClass: SizeClass, visit: (head: PageIndex) => void): number {
    const head = this.head;
    if (head === 0) return 0;
    this.head = 0;
    visit(head);
    return 1;
  }

  nextClass(): SizeClass | -1 {
    return -1;
  }

  isTold(head: PageIndex): boolean {
    return head === this.head;
  }

  settle(): void {}

  stats(): RemoteStats {
    return { told: 0, taken: 0 };
  }
}
