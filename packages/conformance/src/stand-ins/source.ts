/**
 * A slab source in plain JavaScript, the end of a chain: holds slabs per class in lists, last in, first out, makes new ones as
 * long as it is given memory, and keeps page words and notes as a registry over a pool does. It notes every call.
 */

import {
  kindFor,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  type PageIndex,
  pageWord,
  type Records,
  type SizeClass,
  type SlabSource,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
} from '@hakmem/contracts';
import { OWNER } from '../stage.js';

export class PlainSource implements SlabSource {
  /** Slabs that may still be made; 0: memory is exhausted. */
  memory: number = Number.POSITIVE_INFINITY;
  /** Slabs made so far, those asked for by the test not counted. */
  made = 0;
  /** Calls so far, by verb. */
  readonly calls = { acquire: 0, spare: 0, offer: 0, retire: 0, held: 0, verify: 0 };
  /** Slabs retired so far, in order. */
  readonly retired: PageIndex[] = [];
  readonly #records: Records;
  readonly #held = new Map<SizeClass, PageIndex[]>();
  #next: PageIndex = 1;

  constructor(records: Records) {
    this.#records = records;
  }

  /** A new slab, all of it room, held by nobody. Throws a RangeError when the stage has no page left. */
  make(sizeClass: SizeClass): PageIndex {
    const { words, pageLimit } = this.#records;
    const head = this.#next;
    const pages = SPAN_PAGES[sizeClass];
    if (head + pages > pageLimit) throw new RangeError(`a stage of ${pageLimit} pages is too small for this case`);
    this.#next += pages;
    for (let i = 0; i < pages; i++) {
      words[head + i] = pageWord(SlotState.ACTIVE, kindFor(sizeClass), OWNER, sizeClass);
      words[noteOf(head + i) + NOTE_SPAN] = i === 0 ? pages : -i;
    }
    words[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[sizeClass];
    return head;
  }

  /** Makes `count` slabs of the class and holds them; the last made is handed out first. */
  stock(sizeClass: SizeClass, count: number): PageIndex[] {
    const heads = Array.from({ length: count }, () => this.make(sizeClass));
    this.#list(sizeClass).push(...heads);
    return heads;
  }

  /** The slabs of a class that it holds itself. */
  holds(sizeClass: SizeClass): readonly PageIndex[] {
    return this.#list(sizeClass);
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    this.calls.acquire++;
    const head = this.#list(sizeClass).pop();
    if (head !== undefined) return head;
    if (this.made >= this.memory) return 0;
    this.made++;
    return this.make(sizeClass);
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    this.calls.spare++;
    return this.#list(sizeClass).pop() ?? 0;
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    this.calls.offer++;
    this.#list(sizeClass).push(head);
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    this.calls.retire++;
    const list = this.#list(sizeClass);
    if (list.includes(head)) list.splice(list.indexOf(head), 1);
    const { words } = this.#records;
    for (let i = 0; i < SPAN_PAGES[sizeClass]; i++) words[head + i] = 0;
    this.retired.push(head);
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    this.calls.held++;
    for (const [sizeClass, list] of this.#held) for (const head of list) visit(sizeClass, head);
  }

  verify(): void {
    this.calls.verify++;
  }

  #list(sizeClass: SizeClass): PageIndex[] {
    const list = this.#held.get(sizeClass) ?? [];
    this.#held.set(sizeClass, list);
    return list;
  }
}
