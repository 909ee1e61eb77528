/**
 * The contract of an address space: where user bytes live, how they grow, whether memory can be given back. The lowest box.
 *
 * Capabilities: `grows`: commit can back pages beyond those at the start · `shrinks`: it has `release` · `concurrency` 'any':
 * other threads can open it by its `handle` · `zeroed`: pages backed for the first time are zero · `alignment`: that of a page.
 */

import type { Labeled } from './capabilities.js';
import type { Address, PageIndex } from './units.js';

export const SPACE = {
  // always
  'SPACE-1': 'Address 0 MUST be in no page that the heap may use: firstPage is at least 1.',
  'SPACE-2':
    'commit(pages) MUST back every page below pages with zero bytes or with what they held, or say false and change nothing.',
  'SPACE-3':
    'Growth MUST leave a view that was made by an earlier call valid, or buffer and bytes() MUST give a new one.',
  'SPACE-4': 'release(pages) MUST NOT take memory below pages away.',
  'SPACE-5': 'The control arrays MUST be zero at first and MUST NOT be part of the data buffer.',
  // threads
  'SPACE-6':
    'handle MUST be there exactly when another thread can have the space; a space opened by it MUST have the same pages, and opening MUST write nothing.',
  'SPACE-7':
    'A page that one thread has committed MUST be committed for all; commit MUST answer false only when it is not.',
  // failure and cost
  'SPACE-8':
    'commit MUST NOT throw, and MUST answer true at once, O(1), for pages that are committed; more than pageLimit never are.',
  'SPACE-9': 'bytes() MUST make no new view while the buffer is the same.',
} as const;

/** The control words and live bytes of a heap, all zero at first. */
export interface ControlArrays {
  readonly words: Int32Array;
  readonly live: Uint8Array;
}

/** Where user bytes live: the data buffer, how it grows, and whether memory can be given back. */
export interface AddressSpace extends Labeled {
  readonly contract: 'space';
  readonly kind: 'shared' | 'local' | 'wasm';
  /** First page that the heap may use, 1 or more. */
  readonly firstPage: PageIndex;
  /** Page after the last that the heap may ever use, at most 65,536. */
  readonly pageLimit: number;
  /** Page after the last that is backed by memory now. */
  readonly committedPages: number;
  /** The data buffer as it is now. */
  readonly buffer: ArrayBufferLike;
  /** The whole data buffer as bytes, at least up to `end` where that is committed; made anew only when the buffer has changed. */
  bytes(end?: Address): Uint8Array;
  /** Backs all pages below `pages`; false when memory is refused, and then nothing has changed. */
  commit(pages: number): boolean;
  /** Says that nothing is in the pages from `pages` on, and gives their memory back. There when the space `shrinks`. */
  release?(pages: number): void;
  /** Makes the control arrays, in memory that is shared when the space is. Called once, by the founder of the heap. */
  control(words: number, liveBytes: number): ControlArrays;
  /** What another thread needs to open the same space, structured-cloneable. There when `concurrency` is 'any'. */
  handle?(): SpaceHandle;
}

/** An address space that can be sent to another thread. */
export interface SpaceHandle {
  /** The space's own kind, or a word of your own for a space of your own. */
  readonly kind: string;
  readonly firstPage: PageIndex;
  readonly pageLimit: number;
}
