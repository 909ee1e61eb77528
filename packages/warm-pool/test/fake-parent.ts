/**
 * The parent of a warm pool in plain JavaScript: holds slabs per class in a list, makes new ones as long as the test gives
 * memory, and keeps page words and notes as a real chain of registry and pool does. Every call is recorded.
 */

import {
  NOTE_ROOM,
  noteOf,
  type PageIndex,
  PageKind,
  pageWord,
  type Records,
  type SizeClass,
  type SlabSource,
  SlotState,
  SPAN_BLOCKS,
  TINY_CLASS_COUNT,
} from '@hakmem/contracts';

/** The owner of all slabs in these tests: not 1, so that a forgotten owner shows. */
export const OWNER = 7;

export class FakeParent implements SlabSource {
  readonly records: Records;
  /** Slabs that may still be made. */
  memory: number = Number.POSITIVE_INFINITY;
  /** Slabs made so far. */
  made = 0;
  /** The calls so far, in short: `acquire 3`, `offer 3 17`. */
  readonly calls: string[] = [];
  readonly retired: PageIndex[] = [];
  readonly #held = new Map<SizeClass, PageIndex[]>();
  #next = 1;

  constructor(records: Records) {
    this.records = records;
  }

  /** A new slab, all of it room, held by nobody. */
  make(sizeClass: SizeClass): PageIndex {
    const head = this.retired.shift() ?? this.#next++;
    if (head >= this.records.pageLimit) throw new Error('the test uses more pages than its ground has');
    const kind = sizeClass < TINY_CLASS_COUNT ? PageKind.TINY : PageKind.MID;
    this.records.words[head] = pageWord(SlotState.ACTIVE, kind, OWNER, sizeClass);
    this.records.words[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[sizeClass];
    return head;
  }

  /** Makes `count` slabs of the class and holds them; the last made is handed out first. */
  stock(sizeClass: SizeClass, count: number): PageIndex[] {
    const heads = Array.from({ length: count }, () => this.make(sizeClass));
    this.#list(sizeClass).push(...heads);
    return heads;
  }

  holds(sizeClass: SizeClass): readonly PageIndex[] {
    return this.#list(sizeClass);
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    this.calls.push(`acquire ${sizeClass}`);
    const head = this.#list(sizeClass).pop();
    if (head !== undefined) return head;
    if (this.made >= this.memory) return 0;
    this.made++;
    return this.make(sizeClass);
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    this.calls.push(`spare ${sizeClass}`);
    return this.#list(sizeClass).pop() ?? 0;
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    this.calls.push(`offer ${sizeClass} ${head}`);
    this.#list(sizeClass).push(head);
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    this.calls.push(`retire ${sizeClass} ${head}`);
    const list = this.#list(sizeClass);
    if (list.includes(head)) list.splice(list.indexOf(head), 1);
    this.records.words[head] = pageWord(SlotState.EMPTY, PageKind.NONE, 0, sizeClass);
    this.retired.push(head);
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    for (const [sizeClass, list] of this.#held) for (const head of list) visit(sizeClass, head);
  }

  verify(): void {
    this.calls.push('verify');
  }

  #list(sizeClass: SizeClass): PageIndex[] {
    const list = this.#held.get(sizeClass) ?? [];
    this.#held.set(sizeClass, list);
    return list;
  }
}
