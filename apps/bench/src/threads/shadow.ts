/**
 * The shadow checker for several Workers (../shadow.ts is the one for one thread). It believes nothing an allocator says: its own
 * record of who holds what is in shared memory, every block is filled when it is handed out, whoever gives it back looks
 * whether the contents are still there.
 *
 *   aligned · inside the buffer · disjoint from all live blocks of all Workers · contents kept · calloc zeroed · freed once
 *
 *   records   ┌ holder: i32 per granule ┐┌ size: u32 per granule ┐
 *
 * `holder` has the serial number of a block in all of its granules, 0 elsewhere; `size` has bytes + 1 where a block starts, 0
 * elsewhere. A granule is claimed by a compare-and-swap from 0, so two Workers that are given the same one cannot both pass.
 * A block's records are its holder's to write; they are cleared before the block goes to `free`.
 */

import type { Blocks } from '../allocators/subject.js';
import { ShadowError, type ShadowFault } from '../errors.js';
import { fillPattern, findDamage, findNonZero, GRANULE_BYTES, granulesOf } from '../pattern.js';
import type { Attached } from './allocators/index.js';

/** Serial numbers of one Worker are so far apart that no two Workers have the same; at most 64 Workers. */
const SERIAL_STEP = 64;

/** Memory for the records when all addresses are below `addressRange`. */
export function shadowMemory(addressRange: number): SharedArrayBuffer {
  return new SharedArrayBuffer((8 * addressRange) / GRANULE_BYTES);
}

/** The bytes that the holder of the block at `address` asked for; undefined when nobody holds one that starts there. */
export function bytesHeld(records: SharedArrayBuffer, address: number): number | undefined {
  const [bytes] = new Uint32Array(records, records.byteLength / 2 + (4 * address) / GRANULE_BYTES, 1);
  return bytes === 0 ? undefined : bytes - 1;
}

/** The allocator as one Worker uses it, with every call watched. A fault is a ShadowError. */
export class CheckedBlocks implements Required<Blocks<number>> {
  private readonly inner: Required<Blocks<number>>;
  private readonly memory: Uint8Array;
  private readonly holder: Int32Array;
  private readonly size: Uint32Array;
  private serial: number;

  constructor({ blocks, buffer }: Attached, records: SharedArrayBuffer, member: number) {
    this.inner = blocks as Required<Blocks<number>>;
    this.memory = new Uint8Array(buffer!);
    this.holder = new Int32Array(records, 0, records.byteLength / 8);
    this.size = new Uint32Array(records, records.byteLength / 2);
    this.serial = member + 1;
  }

  malloc(bytes: number): number {
    return this.enter(this.inner.malloc(bytes), bytes, GRANULE_BYTES);
  }

  alignedAlloc(alignment: number, bytes: number): number {
    return this.enter(this.inner.alignedAlloc(alignment, bytes), bytes, Math.max(alignment, GRANULE_BYTES));
  }

  calloc(count: number, bytes: number): number {
    const address = this.inner.calloc(count, bytes);
    const dirt = findNonZero(this.memory, address, count * bytes);
    if (dirt !== undefined) throw fault('not-zeroed', address, `from calloc: ${dirt}`);
    return this.enter(address, count * bytes, GRANULE_BYTES);
  }

  realloc(address: number, bytes: number): number {
    const { holder, written } = this.leave(address);
    const moved = this.inner.realloc(address, bytes);
    const damage = findDamage(this.memory, holder, moved, written, Math.min(written, bytes));
    if (damage !== undefined) throw fault('content', moved, `${damage}, after it was reallocated`);
    return this.enter(moved, bytes, GRANULE_BYTES);
  }

  free(address: number): void {
    this.leave(address);
    this.inner.free(address);
  }

  private enter(address: number, bytes: number, alignment: number): number {
    if (address === 0) throw fault('exhausted', address, `${bytes} bytes were refused`);
    if (address % alignment !== 0) throw fault('misaligned', address, `not aligned to ${alignment}`);
    if (address + bytes > this.memory.length) throw fault('outside', address, `${bytes} bytes end outside`);
    const serial = this.serial;
    this.serial += SERIAL_STEP;
    const first = address / GRANULE_BYTES;
    for (let granule = first; granule < first + granulesOf(bytes); granule++) {
      const other = Atomics.compareExchange(this.holder, granule, 0, serial);
      if (other !== 0) throw fault('overlap', address, `${bytes} bytes overlap block ${other}`);
    }
    this.size[first] = bytes + 1;
    fillPattern(this.memory, serial, address, bytes);
    return address;
  }

  private leave(address: number): { holder: number; written: number } {
    const first = address / GRANULE_BYTES;
    const holder = Atomics.load(this.holder, first);
    const written = this.size[first] - 1;
    if (holder === 0 || written < 0) throw fault('live-set', address, 'nobody holds a block that starts here');
    const damage = findDamage(this.memory, holder, address, written, written);
    if (damage !== undefined) throw fault('content', address, `${damage}, before it was freed`);
    this.size[first] = 0;
    for (let granule = first; granule < first + granulesOf(written); granule++) Atomics.store(this.holder, granule, 0);
    return { holder, written };
  }
}

function fault(code: ShadowFault, address: number, what: string): ShadowError {
  return new ShadowError(code, `block at ${address}: ${what}`);
}
