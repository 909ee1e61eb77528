/**
 * A block cache in plain JavaScript: stacks of addresses per class over a slab source. It keeps page words, notes and live bytes
 * as a cache must, and notes every call. Without arguments it has records of its own.
 *
 *   of each slab:  live + cached + room = blocks
 */

import {
  type Address,
  BLOCK_BYTES,
  type BlockCache,
  type CacheStats,
  classIn,
  countFree,
  GRANULE_SHIFT,
  headOf,
  isIdle,
  NOTE_ROOM,
  noteOf,
  PAGE_BYTES,
  PAGE_SHIFT,
  type PageIndex,
  type Records,
  type SizeClass,
  type SlabSource,
  SPAN_BLOCKS,
  standaloneGround,
} from '@hakmem/contracts';
import { PlainSource } from './source.js';

const PAGES = 4_096;

export class PlainCache implements BlockCache {
  /** While true, there is no memory. */
  exhausted: boolean = false;
  /** Blocks that a class caches at most, and that a refill brings at most. */
  cap: number = 64;
  batch: number = 32;
  /** Every call so far: its verb, then what was handed to it. */
  readonly calls: (string | number)[][] = [];
  /** The class of each block that is live. */
  readonly live: Map<Address, SizeClass> = new Map();
  readonly records: Records;
  readonly #source: SlabSource;
  readonly #stacks = new Map<SizeClass, Address[]>();
  readonly #counts = { refills: 0, refilled: 0, flushes: 0, flushed: 0, drains: 0, retired: 0 };

  constructor(records: Records = standaloneGround(PAGES, 0).records, source: SlabSource = new PlainSource(records)) {
    this.records = records;
    this.#source = source;
  }

  take(sizeClass: SizeClass): Address | 0 {
    this.calls.push(['take', sizeClass]);
    if (this.exhausted) return 0;
    const stack = this.#stack(sizeClass);
    if (stack.length === 0) this.#refill(sizeClass, stack, this.batch);
    const address = stack.pop() ?? 0;
    if (address === 0) return 0;
    this.records.live[address >>> GRANULE_SHIFT] = 1;
    this.live.set(address, sizeClass);
    return address;
  }

  give(sizeClass: SizeClass, address: Address): boolean {
    this.calls.push(['give', sizeClass, address]);
    const granule = address >>> GRANULE_SHIFT;
    if (this.live.get(address) !== sizeClass || this.records.live[granule] !== 1) return false;
    const stack = this.#stack(sizeClass);
    if (stack.length >= this.cap) this.#flush(stack, Math.ceil(this.cap / 2));
    this.records.live[granule] = 0;
    this.live.delete(address);
    stack.push(address);
    return true;
  }

  prewarm(sizeClass: SizeClass, blocks: number): number {
    this.calls.push(['prewarm', sizeClass, blocks]);
    const stack = this.#stack(sizeClass);
    if (stack.length === 0) this.#refill(sizeClass, stack, Math.min(blocks, this.batch));
    return stack.length;
  }

  drain(sizeClass: SizeClass): void {
    this.calls.push(['drain', sizeClass]);
    this.#counts.drains++;
    const stack = this.#stack(sizeClass);
    const kept = stack.filter((address) => !isIdle(this.records, this.#head(address)));
    for (const address of stack) if (!kept.includes(address)) this.#letGo(address);
    stack.splice(0, stack.length, ...kept);
  }

  flushAll(): void {
    this.calls.push(['flushAll']);
    for (const stack of this.#stacks.values()) this.#flush(stack, stack.length);
  }

  /** A slab that is all room is retired when its last block comes back: there is none left. */
  retireIdle(): void {
    this.calls.push(['retireIdle']);
  }

  cached(visit: (sizeClass: SizeClass, address: Address) => void): void {
    for (const [sizeClass, stack] of this.#stacks) for (const address of stack) visit(sizeClass, address);
  }

  stats(): CacheStats {
    return { ...this.#counts };
  }

  verify(): void {}

  #refill(sizeClass: SizeClass, stack: Address[], most: number): void {
    this.#counts.refills++;
    const head = this.#source.acquire(sizeClass);
    if (head === 0) return;
    const { words, live } = this.records;
    for (let i = 0; i < SPAN_BLOCKS[sizeClass] && stack.length < Math.min(most, this.cap); i++) {
      const address = head * PAGE_BYTES + i * BLOCK_BYTES[sizeClass];
      if (live[address >>> GRANULE_SHIFT] === 0) stack.push(address);
    }
    this.#counts.refilled += stack.length;
    words[noteOf(head) + NOTE_ROOM] = countFree(this.records, head) - stack.length;
    if (words[noteOf(head) + NOTE_ROOM] > 0) this.#source.offer(sizeClass, head);
  }

  /** Lets the `count` oldest go. */
  #flush(stack: Address[], count: number): void {
    this.#counts.flushes++;
    for (const address of stack.splice(0, count)) {
      this.#counts.flushed++;
      this.#letGo(address);
    }
  }

  /** A cached block becomes room of its slab. */
  #letGo(address: Address): void {
    const { words } = this.records;
    const head = this.#head(address);
    const sizeClass = classIn(words[head]);
    const room = ++words[noteOf(head) + NOTE_ROOM];
    if (room === SPAN_BLOCKS[sizeClass]) {
      this.#counts.retired++;
      this.#source.retire(sizeClass, head);
    } else if (room === 1) {
      this.#source.offer(sizeClass, head);
    }
  }

  #head(address: Address): PageIndex {
    return headOf(this.records.words, address >>> PAGE_SHIFT);
  }

  #stack(sizeClass: SizeClass): Address[] {
    const stack = this.#stacks.get(sizeClass) ?? [];
    this.#stacks.set(sizeClass, stack);
    return stack;
  }
}
