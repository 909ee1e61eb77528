/** A right heap in plain JavaScript: first fit over a map of blocks. Slow, and nothing to build upon: wrong ones are made of it. */

import {
  type Address,
  type Allocator,
  ArgumentError,
  type Capabilities,
  DoubleFreeError,
  ForeignAddressError,
  InteriorAddressError,
  integer,
  MAX_BYTES,
  MisalignedAddressError,
} from '@hakmem/contracts';

const CAPACITY = 8 * 2 ** 20;
const FIRST = 65_536;

export class PlainHeap implements Allocator {
  readonly capabilities: Capabilities = {
    alignment: 1_048_576,
    concurrency: 'owner',
    grows: false,
    shrinks: false,
    zeroed: false,
    retries: false,
    stateInBuffer: false,
  };
  readonly buffer = new ArrayBuffer(CAPACITY);
  readonly data = new Uint8Array(this.buffer);
  /** Bytes of each live block; the addresses ascend. */
  blocks = new Map<Address, number>();

  malloc(bytes: number): Address | 0 {
    return this.alignedAlloc(16, bytes);
  }

  calloc(count: number, bytes: number): Address | 0 {
    integer('count', count, 0, MAX_BYTES);
    integer('bytes', bytes, 0, MAX_BYTES);
    const address = this.malloc(integer('count × bytes', count * bytes, 0, MAX_BYTES));
    if (address !== 0) this.data.fill(0, address, address + count * bytes);
    return address;
  }

  realloc(address: number, bytes: number): Address | 0 {
    integer('bytes', bytes, 0, MAX_BYTES);
    if (address === 0) return this.malloc(bytes);
    const had = this.sizeOf('realloc', address);
    const next = this.malloc(bytes);
    if (next === 0) return 0;
    this.data.copyWithin(next, address, address + Math.min(had, bytes));
    this.blocks.delete(address);
    return next;
  }

  alignedAlloc(alignment: number, bytes: number): Address | 0 {
    integer('alignment', alignment, 1, MAX_BYTES / 2);
    integer('bytes', bytes, 0, MAX_BYTES);
    if ((alignment & (alignment - 1)) !== 0) throw new ArgumentError('alignment', alignment, 'a power of two');
    const length = Math.max(16, Math.ceil(bytes / 16) * 16);
    const step = Math.max(16, alignment);
    let at = Math.ceil(FIRST / step) * step;
    for (const [address, taken] of this.blocks) {
      if (at + length <= address) break;
      at = Math.max(at, Math.ceil((address + taken) / step) * step);
    }
    if (at + length > CAPACITY) return 0;
    this.blocks.set(at, length);
    this.blocks = new Map([...this.blocks].sort(([a], [b]) => a - b));
    return at;
  }

  free(address: number): void {
    if (address === 0) return;
    this.sizeOf('free', address);
    this.blocks.delete(address);
  }

  usableSize(address: number): number {
    return this.sizeOf('usableSize', address);
  }

  walk(visit: (address: Address, bytes: number) => unknown): void {
    for (const [address, bytes] of this.blocks) if (visit(address, bytes) === false) return;
  }

  verify(): ReturnType<Allocator['verify']> {
    return { ok: true, problems: [] };
  }

  collect(): number {
    return 0;
  }

  stats(): { bytes: Record<string, number> } {
    const live = [...this.blocks.values()].reduce((sum, bytes) => sum + bytes, 0);
    return { bytes: { capacity: CAPACITY, live, reserved: FIRST, free: CAPACITY - live - FIRST } };
  }

  destroy(): void {}

  sizeOf(operation: string, address: number): number {
    if (!Number.isInteger(address) || address < 0 || address >= MAX_BYTES) {
      throw new ArgumentError('address', address, 'an address');
    }
    if (address % 16 !== 0) throw new MisalignedAddressError(operation, address);
    const bytes = this.blocks.get(address);
    if (bytes !== undefined) return bytes;
    for (const [start, length] of this.blocks) {
      if (start < address && address < start + length) throw new InteriorAddressError(operation, address, start);
    }
    if (address < FIRST || address >= CAPACITY) throw new ForeignAddressError(operation, address, 'it is outside');
    throw new DoubleFreeError(operation, address);
  }
}
