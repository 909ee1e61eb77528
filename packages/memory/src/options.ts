/** What the three address spaces share: the check of a size in bytes, and the making of the control arrays. */

import { type ControlArrays, integerOption, MAX_BYTES, PAGE_BYTES } from '@hakmem/contracts';

/** Smallest data buffer: page 0, which is never used, and one page. */
export const MIN_BYTES: number = 2 * PAGE_BYTES;

const DEFAULT_BYTES = 1_073_741_824;

/** Whole pages in the option maxBytes, 1 GiB when it is not given; an OptionError when it is out of range. */
export function maxPages(maxBytes: number | undefined): number {
  return pagesIn(integerOption('maxBytes', maxBytes, MIN_BYTES, MAX_BYTES, DEFAULT_BYTES));
}

/** Whole pages in `bytes`. */
export function pagesIn(bytes: number): number {
  return Math.floor(bytes / PAGE_BYTES);
}

/** The control arrays over one zeroed buffer: the words first, then the live bytes. */
export function makeControl(shared: boolean, words: number, liveBytes: number): ControlArrays {
  const bytes = words * 4 + liveBytes;
  const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  return { words: new Int32Array(buffer, 0, words), live: new Uint8Array(buffer, words * 4, liveBytes) };
}
