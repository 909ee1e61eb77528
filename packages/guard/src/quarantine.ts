/**
 * Quarantine: a freed block is kept before it goes back to the heap, so that its address is not handed out again soon. A second
 * free is an error for longer, and with poison a write after the free is found when the block leaves.
 *
 *   free → [ newest … oldest ] → give      Σ bytes ≤ its bound, blocks ≤ theirs · first in, first out
 *
 * Its bookkeeping is a Map of the thread, in JavaScript's memory and none of the heap's: address → bytes, in the order of the
 * frees, some 40 bytes a block. A block that is too large for it is not kept. When the heap has no memory, all
 * is given back and the heap is asked again. What a thread keeps when it dies is live for the heap until it is destroyed.
 */

import { integerOption, MAX_BYTES } from '@hakmem/contracts';
import { type Ground, type Layer, Link, type RetireCall, type TakeCall } from './link.js';
import { notLive } from './root.js';

/** Options of {@link quarantine}. */
export interface QuarantineOptions {
  /** Most bytes to keep, 0 … 2³², as their users count them (default 1 MiB). */
  readonly bytes?: number | undefined;
  /** Most blocks to keep, 0 … 2²⁰ (default 4,096). */
  readonly blocks?: number | undefined;
}

/** The layer of quarantine. Throws an OptionError for a bound out of its range. */
export function quarantine(options: QuarantineOptions = {}): Layer {
  const bytes = integerOption('bytes', options.bytes, 0, MAX_BYTES, 1_048_576);
  const blocks = integerOption('blocks', options.blocks, 0, 1_048_576, 4_096);
  return { name: 'quarantine', build: (ground, parent) => new Quarantine(ground, parent, bytes, blocks) };
}

class Quarantine extends Link {
  readonly #ground: Ground;
  readonly #mostBytes: number;
  readonly #mostBlocks: number;
  /** The blocks that are kept, oldest first, and their bytes. */
  readonly #kept = new Map<number, number>();
  /** Sum of the bytes in #kept. */
  #bytes = 0;

  constructor(ground: Ground, parent: Link, mostBytes: number, mostBlocks: number) {
    super(parent);
    this.#ground = ground;
    this.#mostBytes = mostBytes;
    this.#mostBlocks = mostBlocks;
  }

  override take(bytes: number, alignment: number, call: TakeCall): number {
    const address = this.parent.take(bytes, alignment, call);
    if (address !== 0 || this.#kept.size === 0) return address;
    this.#drain(call, 0, 0);
    return this.parent.take(bytes, alignment, call);
  }

  override size(operation: string, address: number): number {
    if (this.#kept.has(address)) throw notLive(operation, address);
    return this.parent.size(operation, address);
  }

  override check(operation: string, address: number): void {
    if (this.#kept.has(address)) throw notLive(operation, address);
    this.parent.check(operation, address);
  }

  override retire(address: number, bytes: number, call: RetireCall): boolean {
    if (this.#kept.has(address)) throw notLive(call, address);
    const keep = bytes <= this.#mostBytes && this.#mostBlocks > 0;
    // What this may throw is about other blocks. It comes before anything has happened to the one that is freed.
    if (keep) this.#drain(call, this.#mostBytes - bytes, this.#mostBlocks - 1);
    if (this.parent.retire(address, bytes, call)) return true;
    if (!keep) return false;
    this.#kept.set(address, bytes);
    this.#bytes += bytes;
    return true;
  }

  override flush(operation: string): boolean {
    const some = this.#kept.size > 0;
    this.#drain(operation, 0, 0);
    return this.parent.flush(operation) || some;
  }

  override walk(visit: (address: number, bytes: number) => unknown): void {
    this.parent.walk((address, bytes) => this.#kept.has(address) || visit(address, bytes));
  }

  /** Gives the oldest back until no more than `bytes` bytes and `blocks` blocks are kept. */
  #drain(operation: string, bytes: number, blocks: number): void {
    while (this.#bytes > bytes || this.#kept.size > blocks) {
      const [oldest, had] = this.#kept.entries().next().value as [number, number];
      this.#kept.delete(oldest);
      this.#bytes -= had;
      this.#ground.top.give(oldest, had, operation);
    }
  }
}
