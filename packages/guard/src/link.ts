/**
 * The chain: every layer is a link with the same verbs and a parent, and the last parent is the heap (root.ts).
 *
 *   the guard's verbs → link → link → … → the link beside the heap → Root → heap
 *
 * A block's life has two ends. `retire` comes when the user frees it: links check it, fill it, note it. `give` comes when it
 * really goes back to the heap, which is at once, or later when a link keeps it: then `retire` answers true, and that
 * link calls `give` of the whole chain (`ground.top`) when it lets go of the block. So every link sees both ends of every
 * block, wherever the one that keeps stands in the list.
 *
 * A verb that may throw does so before anything has changed: check, pass on, then act. What the parent answers comes first, so
 * that the link beside the heap, which knows best, has the first word. Links belong to one thread.
 */

import type { BlockSites } from './errors.js';
import type { GuardableHeap } from './heap.js';
import type { Memory } from './memory.js';

/** The verb of the guard that a block is made by. */
export type TakeCall = 'malloc' | 'calloc' | 'realloc' | 'alignedAlloc' | 'allocArray';
/** The verb of the guard that a block is freed by. */
export type RetireCall = 'free' | 'realloc';

/** What the links of one guard have in common. */
export interface Ground {
  readonly heap: GuardableHeap;
  /** The heap's bytes. */
  readonly memory: Memory;
  /** The number of the thread, 0 where the heap has none. */
  readonly thread: number;
  /** The first link of the chain, to call from inside of it; there when the chain stands. */
  readonly top: Link;
  /** The function that the user called, for stacks to begin behind it. */
  entry(call: TakeCall | RetireCall): unknown;
}

/** A layer, as it stands in the list of `guarded`: what builds a link. */
export interface Layer {
  /** At most one of a name can be in a list. */
  readonly name: string;
  /** Where it must stand, if it must: 'first', beside the heap (one that moves addresses), or 'last', nearest to the user. */
  readonly place?: 'first' | 'last' | undefined;
  build(ground: Ground, parent: Link): Link;
}

/** A link. It passes every verb on; a layer overrides what it has something to do with. Sizes are in bytes. */
export class Link {
  protected readonly parent: Link;

  constructor(parent: Link) {
    this.parent = parent;
  }

  /** A block of `bytes` bytes at a multiple of `alignment` (a power of two, 16 or more); 0 when memory is exhausted. */
  take(bytes: number, alignment: number, call: TakeCall): number {
    return this.parent.take(bytes, alignment, call);
  }

  /** The size of the live block that starts at `address`; throws the heap's error for `operation` when none does. */
  size(operation: string, address: number): number {
    return this.parent.size(operation, address);
  }

  /** Throws a GuardError when the live block at `address` is damaged, the heap's error when there is none. */
  check(operation: string, address: number): void {
    this.parent.check(operation, address);
  }

  /** The user frees the live block of `bytes` bytes. True: a link keeps it and will give it. Throws like `check`. */
  retire(address: number, bytes: number, call: RetireCall): boolean {
    return this.parent.retire(address, bytes, call);
  }

  /** A retired block goes back to the heap. It does so even when this throws, with the GuardError of what it found. */
  give(address: number, bytes: number, operation: string): void {
    this.parent.give(address, bytes, operation);
  }

  /** The live block at `address` is to have `bytes` bytes, no more than it had, in place. */
  shrink(address: number, bytes: number): void {
    this.parent.shrink(address, bytes);
  }

  /** Gives all that the chain keeps; false when there was nothing. Stops at the first GuardError; may be called again. */
  flush(operation: string): boolean {
    return this.parent.flush(operation);
  }

  /** Visits every block that users hold, of all threads, with its size; `visit` returns false to stop. */
  walk(visit: (address: number, bytes: number) => unknown): void {
    this.parent.walk(visit);
  }

  /** Start of the block, live or not, around `address`, a multiple of 16; the heap's error when there is none. */
  around(operation: string, address: number): number {
    return this.parent.around(operation, address);
  }

  /** What tells the block from others that were there before, and whether it is freed (bit 31); 0 where nobody knows. */
  stamp(address: number): number {
    return this.parent.stamp(address);
  }

  /** Where the block was made and freed. */
  sites(address: number): BlockSites {
    return this.parent.sites(address);
  }
}
