// Collaborators written for the tests: an address space that has only so much memory to give, and a pool that hands out
// one page after the other and takes note of what comes back.

import {
  type AddressSpace,
  type ControlArrays,
  NOTE_ROOM,
  noteOf,
  type PageIndex,
  PageKind,
  type PoolStats,
  pageWord,
  type Records,
  type SizeClass,
  type SlotPool,
  SlotState,
  SPAN_BLOCKS,
  type SpaceHandle,
  TINY_CLASS_COUNT,
} from '@hakmem/contracts';

export const OWNER = 1;

function unasked(): never {
  throw new Error('the box called what it has no business with');
}

export class FakeSpace implements AddressSpace {
  readonly kind = 'local';
  readonly shared = false;
  readonly returnsMemory: boolean;
  readonly firstPage: PageIndex;
  readonly pageLimit: number;
  committedPages = 0;
  /** Page after the last that commit can back: lower it to refuse memory. */
  available: number;
  /** What release was called with. */
  readonly releases: number[] = [];
  /** What another thread does while the next commit is under way; called once. */
  onCommit: (() => void) | null = null;

  constructor(pageLimit: number, options: { firstPage?: number; returnsMemory?: boolean; available?: number } = {}) {
    this.pageLimit = pageLimit;
    this.firstPage = options.firstPage ?? 1;
    this.returnsMemory = options.returnsMemory ?? true;
    this.available = options.available ?? pageLimit;
  }

  get buffer(): ArrayBufferLike {
    return unasked();
  }

  bytes(): Uint8Array {
    return unasked();
  }

  commit(pages: number): boolean {
    const meanwhile = this.onCommit;
    this.onCommit = null;
    meanwhile?.();
    if (pages > this.available || pages > this.pageLimit) return false;
    this.committedPages = Math.max(this.committedPages, pages);
    return true;
  }

  release(pages: number): void {
    this.releases.push(pages);
    this.committedPages = Math.min(this.committedPages, pages);
  }

  control(): ControlArrays {
    return unasked();
  }

  handle(): SpaceHandle | null {
    return unasked();
  }
}

export class FakePool implements SlotPool {
  readonly #records: Records;
  /** The page that the next acquire hands out. */
  #next: PageIndex = 1;
  /** Calls of acquire, with and without success. */
  asked = 0;
  /** Whether acquire answers 0. */
  exhausted = false;
  readonly released: PageIndex[] = [];

  constructor(records: Records) {
    this.#records = records;
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    this.asked++;
    if (this.exhausted || this.#next >= this.#records.pageLimit) return 0;
    return makeSlab(this.#records, this.#next++, sizeClass);
  }

  release(head: PageIndex): void {
    this.released.push(head);
    this.#records.words[head] = pageWord(SlotState.EMPTY, PageKind.NONE, 0, 0);
  }

  acquireRun = unasked;
  releaseRun = unasked;
  keepRun = unasked;
  reuseRun = unasked;
  splitRun = unasked;
  joinRuns = unasked;
  dropRun = unasked;
  extendRun = unasked;
  sweep = unasked;
  reclaim = unasked;
  leave = unasked;
  stats(): PoolStats {
    return unasked();
  }
  verify = unasked;
}

/** Makes the page an ACTIVE slab of the class with so much room. */
export function makeSlab(
  { words }: Records,
  head: PageIndex,
  sizeClass: SizeClass,
  room: number = SPAN_BLOCKS[sizeClass],
): PageIndex {
  const kind = sizeClass < TINY_CLASS_COUNT ? PageKind.TINY : PageKind.MID;
  words[head] = pageWord(SlotState.ACTIVE, kind, OWNER, sizeClass);
  words[noteOf(head) + NOTE_ROOM] = room;
  return head;
}
