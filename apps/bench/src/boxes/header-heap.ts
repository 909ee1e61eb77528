/**
 * A byte in front of each object instead of records apart, as HAKMEM in C has it: malloc writes the class there, free
 * reads it and pushes the block on the stack of that class, without a look at page word or live byte.
 *
 *   block   ┌ 15 bytes unused ┬ class ┐┌ object … ┐       object = block + 16, a multiple of 16
 *
 * Memory: an object has to start at a multiple of 16, so its header takes a whole granule: 16 bytes per object.
 * Time: malloc reads two words and writes a word and a byte; free reads two words and a byte and writes two words; of a
 * heap with records apart, free reads a word more (the page word), and both write a live byte.
 *
 * Which wrong frees it cannot detect. The byte is the user's neighbor, and nothing says that it is a header:
 *   repeated     undetected; the block is in its stack twice and goes to two owners. The checked variant, which
 *                overwrites the byte at each free, detects it until the block is handed out again.
 *   interior     undetected when the byte before the address happens to be 0 … 95, which a zeroed object's is
 *   misaligned   as interior
 *   foreign      as interior, for any address in the buffer
 *   overrun      an object that writes one byte too many in front of the next one's start changes that one's class
 * What it does detect is a byte that no header has.
 *
 * Below it is a heap composed with the one-speed cache, from which a stack gets a batch when it is empty and to which
 * it gives half when it is full. Above 256 KiB a block of that heap, with a header, too. One thread; shared memory,
 * which does not move; up to 2 GiB. There is no alignedAlloc.
 */

import { BLOCK_BYTES, CLASS_COUNT, classOf, MID_MAX_BYTES, TINY_MAX_BYTES } from '@hakmem/contracts';
import type { Heap } from 'hakmem';
import type { Blocks } from '../allocators/subject.js';
import { BenchError } from '../errors.js';
import { HeaderStacks } from './header-stacks.js';

/** What stands in front of a large object. */
const LARGE = 255;
/** What the checked variant leaves in front of an object that was freed. */
const FREED = 254;
/** From the start of a block to its object. */
const HEADER_BYTES = 16;

/** Class of a block by its granules. */
const CLASSES = Uint8Array.from({ length: TINY_MAX_BYTES / HEADER_BYTES + 1 }, (_, granules) =>
  classOf(granules * HEADER_BYTES),
);

export class HeaderHeap implements Blocks<number> {
  protected readonly bytes: Uint8Array;
  protected readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly classes: Uint8Array;
  private readonly heap: Heap;
  private readonly stacks: HeaderStacks;

  constructor(heap: Heap) {
    this.heap = heap;
    this.stacks = new HeaderStacks(heap);
    this.words = this.stacks.words;
    this.bytes = new Uint8Array(heap.buffer);
    this.doubles = new Float64Array(heap.buffer);
    this.classes = CLASSES;
  }

  /** Returns 0 when memory is exhausted. */
  malloc(bytes: number): number {
    // 1,008 and 262,128: what is left of the largest tiny and mid block behind the header.
    const sizeClass =
      bytes <= 1_008 ? this.classes[(bytes + 31) >>> 4] : bytes <= 262_128 ? midClass(bytes + 16) : LARGE;
    if (sizeClass === LARGE) return this.mallocLarge(bytes);
    const { words } = this;
    const top = words[sizeClass << 1];
    const block = words[top];
    if (block === 0) return this.stacks.refill(sizeClass) ? this.malloc(bytes) : 0;
    words[sizeClass << 1] = top - 1;
    this.bytes[block + 15] = sizeClass;
    return block + 16;
  }

  /** Throws a BenchError when the byte in front of the address is no header's. */
  free(address: number): void {
    const sizeClass = this.bytes[address - 1];
    if (sizeClass <= 95) this.push(sizeClass, address - 16);
    else this.freeLarge(address, sizeClass);
  }

  calloc(count: number, bytes: number): number {
    const total = count * bytes;
    const address = this.malloc(total);
    if (address === 0) return 0;
    const start = address >>> 3;
    const end = start + Math.ceil(total / 8);
    if (total > 64) this.doubles.fill(0, start, end);
    else for (let i = start; i < end; i++) this.doubles[i] = 0;
    return address;
  }

  realloc(address: number, bytes: number): number {
    if (address === 0) return this.malloc(bytes);
    const had = this.usableSize(address);
    const large = this.bytes[address - 1] === LARGE;
    if (large && bytes > MID_MAX_BYTES) {
      const block = this.heap.realloc(address - HEADER_BYTES, bytes + HEADER_BYTES);
      return block === 0 ? 0 : block + HEADER_BYTES;
    }
    if (!large && bytes <= had && (bytes > had / 2 || had === BLOCK_BYTES[1] - HEADER_BYTES)) return address;
    const next = this.malloc(bytes);
    if (next === 0) return bytes <= had ? address : 0;
    this.bytes.copyWithin(next, address, address + Math.min(had, bytes));
    this.free(address);
    return next;
  }

  /** Bytes that the object may have. */
  usableSize(address: number): number {
    const header = this.bytes[address - 1];
    const block = header < CLASS_COUNT ? BLOCK_BYTES[header] : this.heap.usableSize(address - HEADER_BYTES);
    return block - HEADER_BYTES;
  }

  /** Gives all that the stacks hold back to the heap below. */
  letGo(): void {
    this.stacks.flushAll();
  }

  get exchanges(): { readonly refills: number; readonly flushes: number } {
    return this.stacks;
  }

  protected push(sizeClass: number, block: number): void {
    const { words } = this;
    const at = sizeClass << 1;
    if (words[at] === words[at + 1]) this.stacks.flush(sizeClass);
    const top = words[at] + 1;
    words[top] = block;
    words[at] = top;
  }

  private mallocLarge(bytes: number): number {
    const block = this.heap.malloc(bytes + HEADER_BYTES);
    if (block === 0) return 0;
    this.bytes[block + 15] = LARGE;
    return block + HEADER_BYTES;
  }

  /** Large objects, address 0, and bytes that are no header. */
  private freeLarge(address: number, header: number): void {
    if (address === 0) return;
    if (header === LARGE) {
      this.heap.free(address - HEADER_BYTES);
      return;
    }
    const what = header === FREED ? 'the mark of a freed object' : `${header}`;
    throw new BenchError(`free(${address}): the byte before it is ${what}, expected a class (0 … 95) or ${LARGE}`);
  }
}

/** The same, with the header overwritten by each free of a block of a class, so that a second free is noticed. */
export class CheckedHeaderHeap extends HeaderHeap {
  override free(address: number): void {
    const sizeClass = this.bytes[address - 1];
    if (sizeClass <= 95) {
      this.bytes[address - 1] = FREED;
      this.push(sizeClass, address - 16);
    } else super.free(address);
  }
}

/** The class of a block above 1 KiB, by its power of two and the three bits below the highest, as in pool-tls. */
function midClass(bytes: number): number {
  const last = bytes - 1;
  const exponent = 31 - Math.clz32(last);
  return (exponent << 3) + (last >>> (exponent - 3)) - 56;
}
