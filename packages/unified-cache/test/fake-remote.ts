/**
 * An honest remote queue for the tests, in sets: others free blocks by calling `free`, the owner is told once per slab until
 * it has looked. `late` marks a slab without news, as a thread does that was slow to tell; `forget` loses a mark.
 */

import {
  type Address,
  CLASS_COUNT,
  classIn,
  GRANULE_SHIFT,
  headOf,
  NOTE_SPAN,
  noteOf,
  ownerOf,
  PAGE_SHIFT,
  type PageIndex,
  type Records,
  type RemoteQueue,
  type RemoteStats,
  type SizeClass,
  SlotState,
  stateOf,
  type ThreadId,
} from '@hakmem/contracts';

export class FakeRemote implements RemoteQueue {
  /** Calls of the cache, by verb. */
  readonly calls = { take: 0, nextClass: 0, isTold: 0 };
  /** Slabs that have news. */
  readonly told = new Set<PageIndex>();
  /** Classes that have news. */
  readonly classes = new Set<SizeClass>();
  /** Called before each slab is visited, when its mark has been cleared: others may free in it now. */
  beforeVisit: ((head: PageIndex) => void) | null = null;
  readonly #records: Records;
  readonly #owner: ThreadId;
  #hand: SizeClass = 0;
  #taken = 0;

  constructor(records: Records, owner: ThreadId) {
    this.#records = records;
    this.#owner = owner;
  }

  free(address: Address): boolean {
    const { words, live } = this.#records;
    if (live[address >>> GRANULE_SHIFT] !== 1) return false;
    live[address >>> GRANULE_SHIFT] = 0;
    this.late(headOf(words, address >>> PAGE_SHIFT));
    return true;
  }

  late(head: PageIndex): void {
    this.told.add(head);
    this.classes.add(classIn(this.#records.words[head]));
  }

  forget(head: PageIndex): void {
    this.told.delete(head);
  }

  hasNews(sizeClass: SizeClass): boolean {
    return this.classes.has(sizeClass);
  }

  take(sizeClass: SizeClass, visit: (head: PageIndex) => void): number {
    this.calls.take++;
    if (!this.classes.delete(sizeClass)) return 0;
    let visited = 0;
    for (const head of [...this.told].sort((a, b) => a - b)) {
      const { words } = this.#records;
      const word = words[head];
      const active = stateOf(word) === SlotState.ACTIVE && words[noteOf(head) + NOTE_SPAN] > 0;
      const mine = active && ownerOf(word) === this.#owner;
      if (mine && classIn(word) !== sizeClass) continue;
      this.told.delete(head);
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
    return this.told.has(head);
  }

  settle(): void {}

  stats(): RemoteStats {
    return { told: 0, taken: this.#taken };
  }
}
