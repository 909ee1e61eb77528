/**
 * The end of the chain: the heap itself. It says whether an address is a live block by asking `usableSize`, and words the heap's
 * error for the verb that the user called.
 */

import {
  DestroyedError,
  DetachedError,
  DoubleFreeError,
  ForeignAddressError,
  InteriorAddressError,
  MisalignedAddressError,
  NotLiveError,
} from '@hakmem/contracts';
import type { BlockSites } from './errors.js';
import type { GuardableHeap } from './heap.js';
import { Link, type RetireCall, type TakeCall } from './link.js';
import type { Memory } from './memory.js';

const NOWHERE: BlockSites = { allocated: null, freed: null };

/** The error that says that the block at `address` is not live. */
export function notLive(operation: string, address: number): NotLiveError {
  const frees = operation === 'free' || operation === 'realloc';
  return frees ? new DoubleFreeError(operation, address) : new NotLiveError(operation, address);
}

/** The heap's `error` as it is for `operation` on `address`; with the start `blockStart` where it names one. */
export function reword(error: unknown, operation: string, address: number, blockStart?: number): unknown {
  const { code, message } = error as { code?: unknown; message: string };
  switch (code) {
    case 'HAKMEM_FOREIGN':
      return new ForeignAddressError(operation, address, message.replace(/^.*? is there: /s, ''));
    case 'HAKMEM_MISALIGNED':
      return new MisalignedAddressError(operation, address);
    case 'HAKMEM_INTERIOR':
      return new InteriorAddressError(operation, address, blockStart ?? (error as InteriorAddressError).blockStart);
    case 'HAKMEM_NOT_LIVE':
    case 'HAKMEM_DOUBLE_FREE':
      return notLive(operation, address);
    case 'HAKMEM_DESTROYED':
      return new DestroyedError(operation);
    case 'HAKMEM_DETACHED':
      return new DetachedError(operation);
    default:
      return error;
  }
}

/** The heap as the last link. */
export class Root extends Link {
  readonly #heap: GuardableHeap;
  readonly #memory: Memory;

  constructor(heap: GuardableHeap, memory: Memory) {
    super(undefined as unknown as Link);
    this.#heap = heap;
    this.#memory = memory;
  }

  override take(bytes: number, alignment: number, _call: TakeCall): number {
    return alignment <= 16 ? this.#heap.malloc(bytes) : this.#heap.alignedAlloc(alignment, bytes);
  }

  override size(operation: string, address: number): number {
    try {
      const bytes = this.#heap.usableSize(address);
      this.#memory.reach(address, address + bytes);
      return bytes;
    } catch (error) {
      throw reword(error, operation, address);
    }
  }

  override check(operation: string, address: number): void {
    this.size(operation, address);
  }

  override retire(_address: number, _bytes: number, _call: RetireCall): boolean {
    return false;
  }

  override give(address: number, _bytes: number, _operation: string): void {
    this.#heap.free(address);
  }

  override shrink(_address: number, _bytes: number): void {}

  override flush(_operation: string): boolean {
    return false;
  }

  override walk(visit: (address: number, bytes: number) => unknown): void {
    this.#heap.walk(visit);
  }

  override around(operation: string, address: number): number {
    try {
      this.#heap.usableSize(address);
      return address;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'HAKMEM_INTERIOR') return (error as InteriorAddressError).blockStart;
      if (code === 'HAKMEM_NOT_LIVE') return address;
      throw reword(error, operation, address);
    }
  }

  override stamp(_address: number): number {
    return 0;
  }

  override sites(_address: number): BlockSites {
    return NOWHERE;
  }
}
