/**
 * A remote queue in plain JavaScript, in sets: others free blocks by calling `free` on queues of their own, the owner is told
 * once per slab until it has looked. All queues over the same live bytes know of each other. `late` marks a slab without news,
 * as a thread does that was slow to tell; `forget` loses a mark. One process, one thread.
 */

import {
  type Address,
  CLASS_COUNT,
  classIn,
  GRANULE_SHIFT,
  headOf,
  kindOf,
  NOTE_SPAN,
  noteOf,
  ownerOf,
  PAGE_SHIFT,
  type PageIndex,
  PageKind,
  type Records,
  type RemoteQueue,
  type RemoteStats,
  type SizeClass,
  SlotState,
  stateOf,
  type ThreadId,
} from '@hakmem/contracts';

/** What a thread has been told, and the slab in which it freed last. */
interface News {
  readonly slabs: Set<PageIndex>;
  readonly classes: Set<SizeClass>;
  lastFreed: PageIndex | 0;
}

const BOARDS = new WeakMap<ArrayBufferLike, Map<ThreadId, News>>();

export class PlainRemote implements RemoteQueue {
  /** Calls so far, by verb. */
  readonly calls = { free: 0, hasNews: 0, take: 0, nextClass: 0, isTold: 0, settle: 0 };
  /** Called before each slab is visited, when its mark has been cleared: others may free in it now. */
  beforeVisit: ((head: PageIndex) => void) | null = null;
  readonly owner: ThreadId;
  readonly records: Records;
  #hand: SizeClass = 0;
  #told = 0;
  #taken = 0;

  constructor(records: Records, owner: ThreadId) {
    this.records = records;
    this.owner = owner;
  }

  /** Slabs of this thread that are marked. */
  get slabs(): Set<PageIndex> {
    return this.newsOf(this.owner).slabs;
  }

  /** Classes of which this thread has news. */
  get classes(): Set<SizeClass> {
    return this.newsOf(this.owner).classes;
  }

  free(address: Address): boolean {
    this.calls.free++;
    const { words, live, atomics } = this.records;
    const head = headOf(words, address >>> PAGE_SHIFT);
    this.newsOf(this.owner).lastFreed = head;
    if (atomics.exchange(live, address >>> GRANULE_SHIFT, 0) !== 1) return false;
    this.tell(head);
    return true;
  }

  /** Marks a slab for its owner, if it has one. */
  tell(head: PageIndex): void {
    const word = this.records.atomics.load(this.records.words, head);
    if (!isSlab(word) || ownerOf(word) === 0) return;
    const { slabs, classes } = this.newsOf(ownerOf(word));
    if (!slabs.has(head)) this.#told++;
    slabs.add(head);
    classes.add(classIn(word));
  }

  /** A mark without news. */
  late(head: PageIndex): void {
    this.tell(head);
  }

  /** Loses the mark of a slab of this thread. */
  forget(head: PageIndex): void {
    this.slabs.delete(head);
  }

  hasNews(sizeClass: SizeClass): boolean {
    this.calls.hasNews++;
    return this.classes.has(sizeClass);
  }

  take(sizeClass: SizeClass, visit: (head: PageIndex) => void): number {
    this.calls.take++;
    if (!this.classes.delete(sizeClass)) return 0;
    let visited = 0;
    for (const head of [...this.slabs].sort((a, b) => a - b)) {
      const mine = this.isMine(head);
      if (mine && classIn(this.records.words[head]) !== sizeClass) continue;
      this.slabs.delete(head);
      if (!mine) continue;
      this.beforeVisit?.(head);
      visit(head);
      visited++;
    }
    this.#taken += visited;
    return visited;
  }

  nextClass(): SizeClass | -1 {
    this.calls.nextClass++;
    for (let i = 0; i < CLASS_COUNT; i++) {
      this.#hand = (this.#hand + 1) % CLASS_COUNT;
      if (this.classes.has(this.#hand)) return this.#hand;
    }
    return -1;
  }

  isTold(head: PageIndex): boolean {
    this.calls.isTold++;
    return this.newsOf(ownerOf(this.records.words[head])).slabs.has(head);
  }

  settle(thread: ThreadId): void {
    this.calls.settle++;
    const { lastFreed } = this.newsOf(thread);
    if (lastFreed !== 0) this.tell(lastFreed);
  }

  stats(): RemoteStats {
    return { told: this.#told, taken: this.#taken };
  }

  /** Whether it is the first page of a slab of this thread. */
  isMine(head: PageIndex): boolean {
    const { words } = this.records;
    return isSlab(words[head]) && ownerOf(words[head]) === this.owner && words[noteOf(head) + NOTE_SPAN] > 0;
  }

  newsOf(thread: ThreadId): News {
    const key = this.records.live.buffer;
    const board = BOARDS.get(key) ?? new Map<ThreadId, News>();
    BOARDS.set(key, board);
    const news = board.get(thread) ?? { slabs: new Set(), classes: new Set(), lastFreed: 0 };
    board.set(thread, news);
    return news;
  }
}

function isSlab(word: number): boolean {
  const kind = kindOf(word);
  return stateOf(word) === SlotState.ACTIVE && (kind === PageKind.TINY || kind === PageKind.MID);
}
