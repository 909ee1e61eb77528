/**
 * A slab source in plain JavaScript that holds its cache to the records: it hands out the lowest free run of pages, holds the
 * slabs that are offered (last in, first out), takes back those that are retired, and refuses when its pages run out.
 *
 * Its `verify` says what does not hold: a slab has room exactly while the source holds it, once; a slab that is all room is not
 * held, but for as many per class as may be kept; nobody writes the words and notes of pages that were given back.
 */

import {
  type Address,
  kindFor,
  NOTE_ROOM,
  NOTE_SPAN,
  NOTE_WORDS,
  noteOf,
  PAGE_BYTES,
  PAGE_SHIFT,
  type PageIndex,
  pageWord,
  type Records,
  type Report,
  type SizeClass,
  type SlabSource,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  type ThreadId,
} from '@hakmem/contracts';
import { OWNER } from '../stage.js';

/** Written over the note of a page that was given back; must still stand there when the page is used again. */
const POISON = 0x5e5e5e5e;

/** A slab in use. */
export interface Slab {
  readonly head: PageIndex;
  readonly sizeClass: SizeClass;
}

export class StrictSource implements SlabSource {
  /** While true, no new slabs are made. */
  refusing = false;
  /** New slabs that were asked for in vain. */
  refusals = 0;
  /** Calls so far, by verb. */
  readonly calls = { acquire: 0, spare: 0, offer: 0, retire: 0 };
  /** Slabs made, and slabs retired so far, in order. */
  readonly made: PageIndex[] = [];
  readonly retired: PageIndex[] = [];
  /** Slabs of a class that may be held though all of them is room; default: any number. */
  idleKept: number = Number.POSITIVE_INFINITY;
  readonly #records: Records;
  readonly #firstPage: PageIndex;
  readonly #owner: ThreadId;
  /** The slab that each page belongs to. */
  readonly #slabs = new Map<PageIndex, Slab>();
  readonly #held = new Map<SizeClass, PageIndex[]>();
  readonly #poisoned = new Set<PageIndex>();

  constructor(records: Records, firstPage: PageIndex = 1, owner: ThreadId = OWNER) {
    this.#records = records;
    this.#firstPage = firstPage;
    this.#owner = owner;
  }

  /** Slabs in use, in order of address. */
  slabs(): Slab[] {
    return [...new Set(this.#slabs.values())].sort((a, b) => a.head - b.head);
  }

  /** The slab that an address lies in. */
  slabOf(address: Address): Slab | undefined {
    return this.#slabs.get(address >>> PAGE_SHIFT);
  }

  /** What the slab's note says. */
  room(head: PageIndex): number {
    return this.#records.words[noteOf(head) + NOTE_ROOM];
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    this.calls.acquire++;
    return this.#pop(sizeClass) || this.#make(sizeClass);
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    this.calls.spare++;
    return this.#pop(sizeClass);
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    this.calls.offer++;
    const slabs = this.#held.get(sizeClass) ?? [];
    slabs.push(head);
    this.#held.set(sizeClass, slabs);
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    this.calls.retire++;
    this.retired.push(head);
    const slabs = this.#held.get(sizeClass) ?? [];
    if (slabs.includes(head)) slabs.splice(slabs.indexOf(head), 1);
    const { words } = this.#records;
    for (let page = head; page < head + SPAN_PAGES[sizeClass]; page++) {
      words[page] = 0;
      words.fill(POISON, noteOf(page), noteOf(page) + NOTE_WORDS);
      this.#slabs.delete(page);
      this.#poisoned.add(page);
    }
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    for (const [sizeClass, slabs] of this.#held) for (const head of [...slabs]) visit(sizeClass, head);
  }

  verify(report: Report): void {
    const complain = (head: PageIndex, message: string): void =>
      report({ box: 'strict-source', message: `slab ${head} ${message}`, address: head * PAGE_BYTES });
    this.#verifySlabs(complain);
    const { words } = this.#records;
    for (const page of this.#poisoned) {
      const note = words.subarray(noteOf(page), noteOf(page) + NOTE_WORDS);
      if (words[page] !== 0 || note.some((word) => word !== POISON)) complain(page, 'was written after it was retired');
    }
  }

  #verifySlabs(complain: (head: PageIndex, message: string) => void): void {
    const times = new Map<PageIndex, number>();
    this.held((sizeClass, head) => {
      times.set(head, (times.get(head) ?? 0) + 1);
      if (this.#slabs.get(head)?.sizeClass !== sizeClass)
        complain(head, `is held and is no slab of class ${sizeClass}`);
    });
    const idle = new Map<SizeClass, number>();
    for (const { head, sizeClass } of this.slabs()) {
      const room = this.room(head);
      const held = times.get(head) ?? 0;
      if (held !== (room > 0 ? 1 : 0)) complain(head, `has ${room} room and is held ${held} times`);
      const blocks = SPAN_BLOCKS[sizeClass];
      if (room === blocks) idle.set(sizeClass, (idle.get(sizeClass) ?? 0) + 1);
      const whole = room === blocks && idle.get(sizeClass)! > this.idleKept;
      if (room < 0 || room > blocks || whole) complain(head, `has ${room} of ${blocks} room`);
    }
  }

  #pop(sizeClass: SizeClass): PageIndex | 0 {
    return this.#held.get(sizeClass)?.pop() ?? 0;
  }

  #make(sizeClass: SizeClass): PageIndex | 0 {
    const head = this.refusing ? 0 : this.#freeRun(SPAN_PAGES[sizeClass]);
    if (head === 0) {
      this.refusals++;
      return 0;
    }
    const { words } = this.#records;
    const pages = SPAN_PAGES[sizeClass];
    const slab = { head, sizeClass };
    for (let page = head; page < head + pages; page++) {
      words.fill(0, noteOf(page), noteOf(page) + NOTE_WORDS);
      words[page] = pageWord(SlotState.ACTIVE, kindFor(sizeClass), this.#owner, sizeClass);
      words[noteOf(page) + NOTE_SPAN] = page === head ? pages : head - page;
      this.#poisoned.delete(page);
      this.#slabs.set(page, slab);
    }
    words[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[sizeClass];
    this.made.push(head);
    return head;
  }

  /** The lowest run of so many free pages; 0 when there is none. */
  #freeRun(pages: number): PageIndex | 0 {
    for (let head = this.#firstPage, run = 0; head + run < this.#records.pageLimit; ) {
      if (this.#slabs.has(head + run)) {
        head += run + 1;
        run = 0;
      } else if (++run === pages) return head;
    }
    return 0;
  }
}
