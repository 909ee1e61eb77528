/**
 * The gate: routes a size or a page word to its box, and an address that is none to its error.
 *
 *   malloc(n)   n ≤ 1,024 → tiny front · n ≤ 256 KiB → pool-tls · else → large
 *   free(p)     page word ^ tag of (ACTIVE, TINY, this thread) = class, if the page is such a one → tiny front
 *               page word ^ tag of (ACTIVE, MID, this thread)  = class → pool-tls
 *               a slab of another thread, or of none → remote queue · LARGE → large · else an error
 *
 * The hot verbs check, load, decide and go on to a box; they make no objects and call no Atomics. Shifts stand as
 * literals (4: address to granule, 16: address to page), because V8 loads an imported constant at each use. An answer that comes
 * from a call, where a hot one would be in a register, is made a word by `>>> 0`: V8 would tag the hot one, too. An address
 * counts as one only when it is an unsigned 32-bit integer and a multiple of 16; a live block starts there only when its
 * live byte is 1, which the box checks. So every wrong free is found in the call that makes it, and costs the heap nothing.
 */

import {
  type Address,
  BLOCK_BYTES,
  classIn,
  DestroyedError,
  DetachedError,
  type Front,
  integer,
  kindOf,
  type LargeBlocks,
  MAX_BYTES,
  NOTE_SPAN,
  noteOf,
  PAGE_BYTES,
  PageKind,
  pageWord,
  type Records,
  type RemoteQueue,
  SlotState,
  stateOf,
} from '@hakmem/contracts';
import type { Boxes } from './boxes.js';
import { diagnose } from './diagnose.js';

/** How a heap has ended for this thread. */
export type End = 'destroyed' | 'detached';

export class Gate {
  /** Largest sizes that the two fronts serve; -1 for one that is missing. */
  tinyMax: number;
  midMax: number;
  private readonly front: Front;
  private readonly mid: Front;
  private readonly large: LargeBlocks;
  private readonly remote: RemoteQueue | null;
  private readonly records: Records;
  private readonly pages: Int32Array;
  private readonly live: Uint8Array;
  /** Page word of this thread's tiny and mid pages, class 0. */
  private tinyTag: number;
  private midTag: number;
  /** How the heap has ended for this thread; null while it has not. */
  ended: End | null = null;

  constructor({ front, mid, large, remote, records, owner }: Boxes) {
    this.tinyMax = front.maxBytes;
    this.midMax = mid.maxBytes;
    this.front = front;
    this.mid = mid;
    this.large = large;
    this.remote = remote;
    this.records = records;
    this.pages = records.words;
    this.live = records.live;
    this.tinyTag = pageWord(SlotState.ACTIVE, PageKind.TINY, owner, 0);
    this.midTag = pageWord(SlotState.ACTIVE, PageKind.MID, owner, 0);
  }

  malloc(bytes: number): Address | 0 {
    if (bytes <= this.tinyMax && bytes >>> 0 === bytes) return this.front.malloc(bytes) >>> 0;
    return this.mallocMid(bytes) >>> 0;
  }

  free(address: number): void {
    if ((address >>> 4) << 4 === address) {
      const word = this.pages[address >>> 16];
      const tiny = (word ^ this.tinyTag) >>> 0;
      if (tiny <= 255 ? this.front.free(tiny, address) : this.freeMid(word, address)) return;
    }
    this.freeOther(address);
  }

  /** Bytes of the live block that starts at `address`; throws the error for `operation` when none does. */
  blockBytes(operation: string, address: number): number {
    this.check(operation);
    if (!isAddress(address) || this.live[address >>> 4] !== 1) throw diagnose(this.records, operation, address);
    const page = address >>> 16;
    const word = this.pages[page];
    return kindOf(word) === PageKind.LARGE
      ? this.pages[noteOf(page) + NOTE_SPAN] * PAGE_BYTES
      : BLOCK_BYTES[classIn(word)];
  }

  /** Throws a DestroyedError or DetachedError when the heap has ended for this thread. */
  check(operation: string): void {
    if (this.ended === 'destroyed') throw new DestroyedError(operation);
    if (this.ended === 'detached') throw new DetachedError(operation);
  }

  /** Ends the heap for this thread: from now on no size is tiny or mid and no page is its own, so that every call comes here. */
  end(how: End): void {
    this.ended = how;
    this.tinyMax = -1;
    this.midMax = -1;
    this.tinyTag = -1;
    this.midTag = -1;
  }

  /** Sizes that the tiny front does not serve. */
  private mallocMid(bytes: number): Address | 0 {
    if (bytes <= this.midMax && bytes >>> 0 === bytes) return this.mid.malloc(bytes) >>> 0;
    return this.mallocLarge(bytes) >>> 0;
  }

  /** Sizes that neither front serves, and arguments that nothing serves. */
  private mallocLarge(bytes: number): Address | 0 {
    if (bytes >>> 0 !== bytes) integer('bytes', bytes, 0, MAX_BYTES);
    if (this.ended !== null) this.check('malloc');
    return this.large.malloc(bytes, 1);
  }

  /** Frees a block of a page that is no tiny one of this thread; false when it is no mid one either, or no live block starts there. */
  private freeMid(word: number, address: Address): boolean {
    const mid = (word ^ this.midTag) >>> 0;
    return mid <= 255 && this.mid.free(mid, address);
  }

  /** Blocks of other threads, large blocks, addresses of 2 GiB and above, and everything that is wrong. */
  private freeOther(address: number): void {
    if (address === 0) return;
    if (this.ended !== null) this.check('free');
    if (isAddress(address)) {
      const word = this.pages[address >>> 16];
      const tiny = (word ^ this.tinyTag) >>> 0;
      const mine = tiny <= 255 || (word ^ this.midTag) >>> 0 <= 255;
      if (tiny <= 255 ? this.front.free(tiny, address) : this.freeMid(word, address)) return;
      if (!mine && this.freeElsewhere(word, address)) return;
    }
    throw diagnose(this.records, 'free', address);
  }

  /** Frees a block of a page that is not this thread's; false when no live block starts there. */
  private freeElsewhere(word: number, address: Address): boolean {
    if (stateOf(word) !== SlotState.ACTIVE || kindOf(word) === PageKind.NONE) return false;
    if (kindOf(word) === PageKind.LARGE) return this.large.free(address);
    return this.remote?.free(address) ?? false;
  }
}

function isAddress(value: unknown): value is Address {
  return typeof value === 'number' && value >>> 0 === value && (value & 15) === 0;
}
