/** What is wrong with the redzones of a block, as the error that says so. Reads, and changes nothing. */

import { canaryAt, countBroken, firstBroken } from './canary.js';
import { excerpt, type GuardError, HeadError, RedzoneError } from './errors.js';
import { HEAD_BYTES, type Heads, REACH } from './head.js';
import type { Ground } from './link.js';

/** Reads the redzones of a chain's blocks; redzones.ts draws them. */
export class DamageReader {
  readonly #ground: Ground;
  readonly #heads: Heads;

  constructor(ground: Ground, heads: Heads) {
    this.#ground = ground;
    this.#heads = heads;
  }

  /** The fault in the canaries or the other head of the block at `address`, whose near head is valid; null when it is whole. */
  of(operation: string, address: number): GuardError | null {
    const near = address - REACH;
    const front = this.#heads.front(near);
    const bytes = this.#heads.bytes(near);
    const base = address - front;
    if (front > REACH && !this.#heads.valid(base)) return this.head(operation, address, bytes, front);
    return (
      this.#broken(operation, address, near + HEAD_BYTES, address) ??
      this.#broken(operation, address, base + HEAD_BYTES, near) ??
      this.#broken(operation, address, address + bytes, address + bytes + this.#heads.width(near))
    );
  }

  /** The fault that the head `before` bytes before the block is none. */
  head(operation: string, address: number, bytes: number | null, before: number): HeadError {
    const at = address - before;
    const found = excerpt(this.#ground.memory.bytes, at, at + HEAD_BYTES);
    return new HeadError({ operation, address, bytes, offset: -before, found, sites: this.#ground.top.sites(address) });
  }

  /** The fault in the canary from `start` to `end`. */
  #broken(operation: string, address: number, start: number, end: number): RedzoneError | null {
    const all = this.#ground.memory.bytes;
    const first = firstBroken(all, start, end);
    if (first < 0) return null;
    const damaged = countBroken(all, first, end);
    const found = excerpt(all, first, end);
    const bytes = this.#heads.bytes(address - REACH);
    const sites = this.#ground.top.sites(address);
    const damage = { operation, address, bytes, offset: first - address, found, sites };
    return new RedzoneError(damage, canaryAt(first), damaged, end - start);
  }
}
