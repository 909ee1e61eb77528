/**
 * A checker that believes nothing an allocator says. It keeps its own record of the blocks that the user holds and looks at
 * each block when it is handed out, moved, and given back:
 *
 *   aligned     to 16 bytes, or to what was asked for
 *   inside      the data buffer
 *   disjoint    no granule of the block belongs to another live block
 *   kept        what the user wrote is still there when the block is freed, and after a realloc up to the smaller size
 *   zeroed      all of a calloc'ed block
 *
 * State: `owner`, one number per 16-byte granule of the address range: the object that holds it or 0 (4 bytes per 16 of the
 * range, backed when touched); the address of each object, 0 while it is not held; its size. Equation: owner[g] = k exactly
 * for the granules of object k.
 *
 * Contents: every object has its own pattern of bytes (pattern.ts).
 */

import { ShadowError, type ShadowFault } from './errors.js';
import { fillPattern, findDamage, findNonZero, GRANULE_BYTES, granulesOf } from './pattern.js';

export class Shadow {
  /** Number of objects that the user holds. */
  held = 0;
  /** Bytes that the user asked for and holds. */
  heldBytes = 0;
  /** Most bytes held at once. */
  peakBytes = 0;
  private readonly owner: Int32Array;
  private readonly addresses: Float64Array;
  private readonly sizes: Float64Array;
  private readonly buffer: () => ArrayBufferLike;
  private bytes: Uint8Array;

  /**
   * `addressRange`: every address is below it. `objects`: object numbers are 1 … objects. `buffer`: the allocator's data
   * buffer, which may become another one or change its length at any call of the allocator.
   */
  constructor(addressRange: number, objects: number, buffer: () => ArrayBufferLike) {
    this.owner = new Int32Array(Math.ceil(addressRange / GRANULE_BYTES));
    this.addresses = new Float64Array(objects + 1);
    this.sizes = new Float64Array(objects + 1);
    this.buffer = buffer;
    this.bytes = new Uint8Array(buffer());
  }

  /** The allocator has made `object`. Checks the block, takes note of it, and fills it with the object's pattern. */
  made(object: number, address: number, bytes: number, alignment = GRANULE_BYTES, zeroed = false): void {
    this.enter(object, address, bytes, alignment);
    const dirt = zeroed ? findNonZero(this.memory(), address, bytes) : undefined;
    if (dirt !== undefined) throw new ShadowError('not-zeroed', `object ${object} at ${address}, from calloc: ${dirt}`);
    fillPattern(this.memory(), object, address, bytes);
  }

  /** The user is about to free `object`. Checks its contents; returns the address to free. */
  freeing(object: number): number {
    return this.leave(object, 'before it was freed');
  }

  /**
   * The user is about to change the size of `object`. Checks its contents; returns the address to give to realloc, after
   * which `resized` must be called.
   */
  resizing(object: number): number {
    return this.leave(object, 'before it was reallocated');
  }

  /** The block of `object` is now at `address` and has `bytes`. Checks that the contents came along. */
  resized(object: number, address: number, bytes: number): void {
    const before = this.sizes[object];
    this.enter(object, address, bytes, GRANULE_BYTES);
    this.expectPattern(object, address, before, Math.min(before, bytes), 'after it was reallocated');
    fillPattern(this.memory(), object, address, bytes);
  }

  /** Whether the user holds `object`. */
  holds(object: number): boolean {
    return this.addresses[object] !== 0;
  }

  /** The object that holds the block which starts at `address`; 0 when there is none. */
  startsAt(address: number): number {
    const object = this.owner[address / GRANULE_BYTES] ?? 0;
    return object !== 0 && this.addresses[object] === address ? object : 0;
  }

  /** The bytes that `object` asked for. */
  sizeOf(object: number): number {
    return this.sizes[object];
  }

  private enter(object: number, address: number, bytes: number, alignment: number): void {
    const fault = (code: ShadowFault, what: string) =>
      new ShadowError(code, `object ${object}: ${bytes} bytes at ${address} ${what}`);
    if (address === 0) throw fault('exhausted', 'means that there is no memory');
    if (address % alignment !== 0 || address % GRANULE_BYTES !== 0) {
      throw fault('misaligned', `are not aligned to ${Math.max(alignment, GRANULE_BYTES)}`);
    }
    const end = this.memory().length;
    if (address < 0 || address + bytes > end) throw fault('outside', `lie outside of a buffer of ${end} bytes`);
    const first = address / GRANULE_BYTES;
    const after = first + granulesOf(bytes);
    for (let granule = first; granule < after; granule++) {
      const other = this.owner[granule];
      if (other === 0) continue;
      throw fault('overlap', `overlap object ${other}: ${this.sizes[other]} bytes at ${this.addresses[other]}`);
    }
    this.owner.fill(object, first, after);
    this.addresses[object] = address;
    this.sizes[object] = bytes;
    this.held++;
    this.heldBytes += bytes;
    this.peakBytes = Math.max(this.peakBytes, this.heldBytes);
  }

  private leave(object: number, when: string): number {
    const address = this.addresses[object];
    const bytes = this.sizes[object];
    this.expectPattern(object, address, bytes, bytes, when);
    const first = address / GRANULE_BYTES;
    this.owner.fill(0, first, first + granulesOf(bytes));
    this.addresses[object] = 0;
    this.held--;
    this.heldBytes -= bytes;
    return address;
  }

  /** The pattern was written over `written` bytes; its first `kept` must be there. */
  private expectPattern(object: number, address: number, written: number, kept: number, when: string): void {
    const damage = findDamage(this.memory(), object, address, written, kept);
    if (damage !== undefined) throw new ShadowError('content', `object ${object} at ${address}: ${damage}, ${when}`);
  }

  private memory(): Uint8Array {
    const buffer = this.buffer();
    if (this.bytes.buffer !== buffer || this.bytes.length !== buffer.byteLength) this.bytes = new Uint8Array(buffer);
    return this.bytes;
  }
}
