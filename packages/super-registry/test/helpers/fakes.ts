// Collaborators written for the tests: an address space that has only so much memory to give, and a pool that hands out
// one page after the other and takes note of what comes back.

import {
  type AddressSpace,
  type Capabilities,
  type ControlArrays,
  NOTE_ROOM,
  noteOf,
  PAGE_BYTES,
  type PageIndex,
  PageKind,
  type PoolStats,
  pageWord,
  type Records,
  type SizeClass,
  type SlotPool,
  SlotState,
  SPAN_BLOCKS,
  TINY_CLASS_COUNT,
} from '@hakmem/contracts';

export const OWNER = 1;

function unasked(): never {
  throw new Error('the box called what it has no business with');
}

function capabilitiesOf(shrinks: boolean): Capabilities {
  return {
    alignment: PAGE_BYTES,
    concurrency: 'owner',
    grows: true,
    shrinks,
    zeroed: false,
    retries: false,
    stateInBuffer: true,
  };
}

export class FakeSpace implements AddressSpace {
  readonly contract = 'space';
  readonly capabilities: Capabilities;
  readonly kind = 'local';
  readonly firstPage: PageIndex;
  readonly pageLimit: number;
  committedPages = 0;
  /** Page after the last that commit can back: lower it to refuse memory. */
  available: number;
  /** What release was called with. */
  readonly releases: number[] = [];
  /** There when the space shrinks. */
  readonly release?: (pages: number) => void;
  /** What another thread does while the next commit is under way; called once. */
  onCommit: (() => void) | null = null;

  constructor(pageLimit: number, options: { firstPage?: number; shrinks?: boolean; available?: number } = {}) {
    this.pageLimit = pageLimit;
    this.firstPage = options.firstPage ?? 1;
    const shrinks = options.shrinks ?? true;
    this.capabilities = capabilitiesOf(shrinks);
    if (shrinks) this.release = (pages) => this.#takeBack(pages);
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

  #takeBack(pages: number): void {
    this.releases.push(pages);
    this.committedPages = Math.min(this.committedPages, pages);
  }

  control(): ControlArrays {
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
