/**
 * Zeroing and copying the contents of blocks. Blocks start at multiples of 16 and have whole granules, so both go by words and
 * may touch the rest of the last one.
 *
 * Short runs of words are written in a loop, which costs less than the call of `fill` or `copyWithin`. Zeros go by eight bytes:
 * on shared memory the engine fills bytes one by one, five to seven times slower. Copies do not, as an engine may change the
 * bits of a number that is none on its way through a Float64Array.
 */

import type { Address, AddressSpace } from '@hakmem/contracts';

const LOOP_ZEROS = 256;
const LOOP_COPY = 64;

export class Contents {
  private readonly space: AddressSpace;
  /** The data buffer as it was last seen, in three widths; a view follows a buffer that only changes its length. */
  private bytes: Uint8Array;
  private words: Int32Array;
  private doubles: Float64Array;

  constructor(space: AddressSpace) {
    this.space = space;
    this.bytes = space.bytes();
    this.words = new Int32Array(this.bytes.buffer);
    this.doubles = new Float64Array(this.bytes.buffer);
  }

  /** Zeroes `bytes` bytes from `address` on. O(bytes). */
  zero(address: Address, bytes: number): void {
    this.look(address + bytes);
    const { doubles } = this;
    const start = address >>> 3;
    const end = start + Math.ceil(bytes / 8);
    if (bytes > LOOP_ZEROS) doubles.fill(0, start, end);
    else for (let i = start; i < end; i++) doubles[i] = 0;
  }

  /** Copies `bytes` bytes from one block to another. O(bytes). */
  copy(to: Address, from: Address, bytes: number): void {
    this.look(Math.max(to, from) + bytes);
    if (bytes > LOOP_COPY) {
      this.bytes.copyWithin(to, from, from + bytes);
      return;
    }
    const { words } = this;
    const start = to >>> 2;
    const distance = (from >>> 2) - start;
    const end = start + Math.ceil(bytes / 4);
    for (let i = start; i < end; i++) words[i] = words[i + distance];
  }

  /** Makes the views anew when the data buffer up to `end` is another one than they are of. */
  private look(end: Address): void {
    const bytes = this.space.bytes(end);
    if (bytes === this.bytes) return;
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer);
    this.doubles = new Float64Array(bytes.buffer);
  }
}
