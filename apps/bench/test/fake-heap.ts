/**
 * An honest first-fit allocator of a few lines, and the faults that can be planted in it. The checkers must be content with
 * the honest one and must find each fault: a checker that cannot fail proves nothing.
 *
 * Each fault strikes at the `strikeAt`-th allocation (or free, for those that are about frees).
 */

import type { CheckedHeap } from '../src/replay-checked.js';

export type Fault =
  | 'misaligned'
  | 'overlap'
  | 'outside'
  | 'exhausted'
  | 'writes-into-block'
  | 'loses-on-realloc'
  | 'forgets-to-zero'
  | 'forgets-to-free'
  | 'hides-a-block'
  | 'small-usable-size'
  | 'broken-records';

const BYTES = 1 << 20;

export class FakeHeap implements CheckedHeap {
  readonly buffer = new ArrayBuffer(BYTES);
  readonly addressRange = BYTES;
  readonly blocks = new Map<number, number>();
  private readonly bytes = new Uint8Array(this.buffer).fill(0xee);
  private readonly fault: Fault | undefined;
  private readonly strikeAt: number;
  private allocations = 0;
  private frees = 0;
  private leaked = 0;

  constructor(fault?: Fault, strikeAt = 6) {
    this.fault = fault;
    this.strikeAt = strikeAt;
  }

  malloc(bytes: number): number {
    return this.alignedAlloc(16, bytes);
  }

  calloc(count: number, bytes: number): number {
    const address = this.malloc(count * bytes);
    if (this.fault !== 'forgets-to-zero') this.bytes.fill(0, address, address + count * bytes);
    return address;
  }

  realloc(address: number, bytes: number): number {
    const moved = this.malloc(bytes);
    const had = this.blocks.get(address)!;
    const kept = Math.min(had, bytes) - (this.fault === 'loses-on-realloc' ? 1 : 0);
    this.bytes.copyWithin(moved, address, address + kept);
    this.free(address);
    return moved;
  }

  alignedAlloc(alignment: number, bytes: number): number {
    const strikes = ++this.allocations === this.strikeAt;
    if (strikes && this.fault === 'exhausted') return 0;
    const address = strikes && this.fault === 'outside' ? BYTES : this.firstFit(alignment, bytes);
    if (strikes && this.fault === 'misaligned') return address + 8;
    if (strikes && this.fault === 'overlap') return [...this.blocks.keys()][0];
    if (strikes && this.fault === 'writes-into-block') this.bytes[[...this.blocks.keys()][0]] ^= 1;
    this.blocks.set(address, bytes);
    return address;
  }

  free(address: number): void {
    if (++this.frees === this.strikeAt && this.fault === 'forgets-to-free') return;
    if (this.frees === this.strikeAt && this.fault === 'hides-a-block') this.leaked = this.blocks.get(address)!;
    this.blocks.delete(address);
    this.bytes[address] = 0xee;
  }

  usableSize(address: number): number {
    return this.blocks.get(address)! - (this.fault === 'small-usable-size' ? 1 : 0);
  }

  audit(): readonly string[] {
    return this.fault === 'broken-records' && this.frees > this.strikeAt ? ['a count is wrong'] : [];
  }

  eachLive(visit: (address: number) => void): void {
    for (const address of this.blocks.keys()) visit(address);
  }

  remains(): { liveBytes: number; busySuperSlabs: number } {
    const liveBytes = [...this.blocks.values()].reduce((sum, bytes) => sum + bytes, this.leaked);
    return { liveBytes, busySuperSlabs: liveBytes > 0 ? 1 : 0 };
  }

  private firstFit(alignment: number, bytes: number): number {
    const taken = [...this.blocks].sort(([a], [b]) => a - b);
    let address = alignment;
    for (const [start, length] of taken) {
      if (address + bytes <= start) break;
      address = Math.max(address, Math.ceil((start + length) / alignment) * alignment);
    }
    return address;
  }
}
