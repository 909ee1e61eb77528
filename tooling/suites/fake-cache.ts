/**
 * An honest cache for the tests of a front: a block per take, the last one given first, refused when it is not live.
 * It notes every call that comes in.
 */

import {
  type Address,
  BLOCK_BYTES,
  type BlockCache,
  type CacheStats,
  PAGE_BYTES,
  type SizeClass,
} from '@hakmem/contracts';

export class FakeCache implements BlockCache {
  /** While true, there is no memory. */
  exhausted = false;
  /** Every call so far: its verb, then what was handed to it. */
  readonly calls: (string | number)[][] = [];
  /** The class of each block that is live. */
  readonly live = new Map<Address, SizeClass>();
  readonly #free = new Map<SizeClass, Address[]>();
  #next: Address = PAGE_BYTES;

  take(sizeClass: SizeClass): Address | 0 {
    this.calls.push(['take', sizeClass]);
    if (this.exhausted) return 0;
    const address = this.#free.get(sizeClass)?.pop() ?? this.#make(sizeClass);
    this.live.set(address, sizeClass);
    return address;
  }

  give(sizeClass: SizeClass, address: Address): boolean {
    this.calls.push(['give', sizeClass, address]);
    if (this.live.get(address) !== sizeClass) return false;
    this.live.delete(address);
    this.#free.set(sizeClass, [...(this.#free.get(sizeClass) ?? []), address]);
    return true;
  }

  prewarm(sizeClass: SizeClass, blocks: number): number {
    this.calls.push(['prewarm', sizeClass, blocks]);
    return 0;
  }

  drain(sizeClass: SizeClass): void {
    this.calls.push(['drain', sizeClass]);
  }

  flushAll(): void {
    this.calls.push(['flushAll']);
  }

  retireIdle(): void {
    this.calls.push(['retireIdle']);
  }

  cached(visit: (sizeClass: SizeClass, address: Address) => void): void {
    for (const [sizeClass, addresses] of this.#free) for (const address of addresses) visit(sizeClass, address);
  }

  stats(): CacheStats {
    return { refills: 0, refilled: 0, flushes: 0, flushed: 0, drains: 0, retired: 0 };
  }

  verify(): void {}

  #make(sizeClass: SizeClass): Address {
    const address = this.#next;
    this.#next += BLOCK_BYTES[sizeClass];
    return address;
  }
}
