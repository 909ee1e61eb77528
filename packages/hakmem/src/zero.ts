/**
 * Zeroing blocks. Eight bytes at a time: on shared memory the engine fills bytes one by one, five to seven times slower. Short
 * blocks are zeroed by a loop, whose start costs less than the call of `fill`.
 */

import type { Address, AddressSpace } from '@hakmem/contracts';

const LOOP_BYTES = 64;

export class Zero {
  private readonly space: AddressSpace;
  /** The data buffer as it was last seen; follows its length. */
  private doubles: Float64Array;

  constructor(space: AddressSpace) {
    this.space = space;
    this.doubles = new Float64Array(space.buffer);
  }

  /** Zeroes `bytes` bytes from `address` on, and up to 7 more, which a block always has. O(bytes). */
  fill(address: Address, bytes: number): void {
    const { buffer } = this.space.bytes(address + bytes);
    if (this.doubles.buffer !== buffer) this.doubles = new Float64Array(buffer);
    const { doubles } = this;
    const start = address / 8;
    const end = start + Math.ceil(bytes / 8);
    if (bytes > LOOP_BYTES) doubles.fill(0, start, end);
    else for (let i = start; i < end; i++) doubles[i] = 0;
  }
}
