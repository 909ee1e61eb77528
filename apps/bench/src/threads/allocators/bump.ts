/**
 * The allocator that does next to nothing: each Worker has a bump pointer of its own, which begins again below 1 GiB, and
 * `free` returns. What remains is the time of the workload's own loop, hand-over included.
 */

import type { Blocks } from '../../allocators/subject.js';
import type { Sharing } from './sharing.js';

const WRAP = 0x3fff_fff0;
/** Keeps an address from being 0. */
const FIRST = 16;

class Bump implements Blocks<number> {
  private next: number;

  constructor() {
    this.next = FIRST;
  }

  malloc(bytes: number): number {
    const address = this.next;
    this.next = ((address + bytes + 15) & WRAP) | FIRST;
    return address;
  }

  calloc(count: number, bytes: number): number {
    return this.malloc(count * bytes);
  }

  realloc(_block: number, bytes: number): number {
    return this.malloc(bytes);
  }

  alignedAlloc(_alignment: number, bytes: number): number {
    return this.malloc(bytes);
  }

  free(_block: number): void {}
}

export const bump: Sharing = {
  create: () => ({ handle: null }),
  attach: () => ({ blocks: new Bump() }),
};
