/**
 * The remote queue: how a thread frees a block of a slab that another owns, and how the owner learns of it.
 *
 *   region of a thread   ┌ last freed ┬ hand ┬ told ┬ taken ┬ … ┐┌ groups with news ┬ … ┐┌ slabs with news ┐
 *                          32 words, written by the thread         a word per class        a bit per page
 *                                                                  └ set by others, cleared by the thread ┘
 *
 * A free is one atomic exchange of the block's live byte: what was not 1 is no live block, and nothing has changed. After
 * it, the block may be handed out again at any moment. Then the owner is told, once per slab until it has looked: the slab's
 * bit, and in the word of its class the bit of its group of pages. A heap has up to 32 groups, of a power of two of pages.
 *
 *   free            live byte ← 0           read the owner              set the slab's bit     set its group's bit
 *   take            clear the class's word   clear the slab's bit        count the live bytes
 *
 * The owner clears before it looks, so a free that it overlooks sets the bits again. The owner is read after the byte was
 * cleared: a thread that adopts the slab later sees the byte when it counts, one that adopted it before is told. (A slab
 * without an owner needs no telling.) A bit that is set too late, for a slab that has gone or changed hands, costs a look.
 *
 * A set of bits and not a list of slabs, because a slab may go and come back as another thread's while it is on a list: a
 * link would have to be followed and repaired; a bit is only ignored. And a bit is set by one operation, which a thread that
 * dies has done or has not done: `last freed` says which slab's owner may not have been told.
 *
 * free is O(1); take reads a word per 32 pages of the groups with news and visits the slabs of its class.
 */

import {
  type Address,
  type AtomicOps,
  CLASS_COUNT,
  classIn,
  kindOf,
  LINE_WORDS,
  NOTE_SPAN,
  noteOf,
  ownerOf,
  type PageIndex,
  PageKind,
  type RemoteQueue,
  type RemoteStats,
  type Scope,
  type SizeClass,
  SlotState,
  stateOf,
  type ThreadId,
  wholeLines,
} from '@hakmem/contracts';

const LAST_FREED = 0;
const HAND = 1;
const TOLD = 2;
const TAKEN = 3;
const GROUPS = LINE_WORDS;
const SLABS = GROUPS + wholeLines(CLASS_COUNT);

/** Words of a queue's region for a heap of `pageLimit` pages. */
export function queueWords(pageLimit: number): number {
  return wholeLines(SLABS + Math.ceil(pageLimit / 32));
}

export class Queue implements RemoteQueue {
  private readonly words: Int32Array;
  private readonly live: Uint8Array;
  private readonly atomics: AtomicOps;
  private readonly start: number;
  private readonly scope: Scope;
  /** log2 of the pages in a group. */
  private readonly groupShift: number;

  constructor(scope: Scope) {
    this.scope = scope;
    this.words = scope.region.words;
    this.live = scope.records.live;
    this.atomics = scope.records.atomics;
    this.start = scope.region.start;
    this.groupShift = Math.max(5, 27 - Math.clz32(scope.records.pageLimit - 1));
  }

  free(address: Address): boolean {
    // While the block is live, its slab cannot go: its first page is to be found before the exchange.
    const page = address >>> 16;
    const span = kindOf(this.words[page]) === PageKind.TINY ? 0 : this.words[noteOf(page) + NOTE_SPAN];
    const head = span < 0 ? page + span : page;
    this.words[this.start + LAST_FREED] = head;
    if (this.atomics.exchange(this.live, address >>> 4, 0) !== 1) return false;
    this.tellOwner(head);
    return true;
  }

  hasNews(sizeClass: SizeClass): boolean {
    return this.words[this.start + GROUPS + sizeClass] !== 0;
  }

  take(sizeClass: SizeClass, visit: (head: PageIndex) => void): number {
    if (!this.hasNews(sizeClass)) return 0;
    const { words, atomics } = this;
    let visited = 0;
    for (let groups = atomics.exchange(words, this.start + GROUPS + sizeClass, 0); groups !== 0; groups &= groups - 1) {
      visited += this.takeGroup(31 - Math.clz32(groups & -groups), sizeClass, visit);
    }
    words[this.start + TAKEN] += visited;
    return visited;
  }

  nextClass(): SizeClass | -1 {
    const { words } = this;
    for (let i = 0; i < CLASS_COUNT; i++) {
      const sizeClass = (words[this.start + HAND] + 1) % CLASS_COUNT;
      words[this.start + HAND] = sizeClass;
      if (this.hasNews(sizeClass)) return sizeClass;
    }
    return -1;
  }

  isTold(head: PageIndex): boolean {
    const owner = ownerOf(this.atomics.load(this.words, head));
    return owner !== 0 && (this.words[this.regionOf(owner) + SLABS + (head >>> 5)] & (1 << head)) !== 0;
  }

  settle(thread: ThreadId): void {
    const head = this.words[this.regionOf(thread) + LAST_FREED];
    if (head !== 0) this.tellOwner(head);
  }

  stats(): RemoteStats {
    return { told: this.words[this.start + TOLD] >>> 0, taken: this.words[this.start + TAKEN] >>> 0 };
  }

  private tellOwner(head: PageIndex): void {
    const { words } = this;
    const word = this.atomics.load(words, head);
    const owner = ownerOf(word);
    if (owner === 0 || !isSlab(word)) return;
    const region = this.regionOf(owner);
    if (this.set(region + SLABS + (head >>> 5), 1 << head)) words[this.start + TOLD]++;
    this.set(region + GROUPS + classIn(word), 1 << (head >>> this.groupShift));
  }

  /** Sets a bit; false when it was set already. Looked at plainly: the atomic read of the owner comes before. */
  private set(at: number, bit: number): boolean {
    if ((this.words[at] & bit) !== 0) return false;
    return (this.atomics.or(this.words, at, bit) & bit) === 0;
  }

  /** Visits the slabs of the class with news in one group. */
  private takeGroup(group: number, sizeClass: SizeClass, visit: (head: PageIndex) => void): number {
    const { words, atomics } = this;
    const slabs = this.start + SLABS;
    const each = 1 << (this.groupShift - 5);
    const end = Math.min((group + 1) * each, Math.ceil(this.scope.records.pageLimit / 32));
    let visited = 0;
    for (let i = group * each; i < end; i++) {
      for (let rest = words[slabs + i]; rest !== 0; rest &= rest - 1) {
        const head = i * 32 + 31 - Math.clz32(rest & -rest);
        const word = words[head]; // a slab of this thread keeps its word until this thread changes it
        const mine = isSlab(word) && ownerOf(word) === this.scope.owner && words[noteOf(head) + NOTE_SPAN] > 0;
        if (mine && classIn(word) !== sizeClass) continue;
        atomics.and(words, slabs + i, ~(1 << head));
        if (!mine) continue;
        atomics.load(words, slabs + i); // what the visitor reads is at least as new as the cleared bit
        visit(head);
        visited++;
      }
    }
    return visited;
  }

  private regionOf(thread: ThreadId): number {
    return this.start + (thread - this.scope.owner) * this.scope.stride;
  }
}

function isSlab(word: number): boolean {
  const kind = kindOf(word);
  return stateOf(word) === SlotState.ACTIVE && (kind === PageKind.TINY || kind === PageKind.MID);
}
