/**
 * The link on top of a thread's chain of slab sources: passes every call on until a thread destroys the heap, then throws. So
 * the hot path need not ask whether the heap is there: what its stacks still have it may hand out, and then it comes here.
 */

import { DestroyedError, type PageIndex, type Report, type SizeClass, type SlabSource } from '@hakmem/contracts';
import type { Threads } from './threads.js';

export class Lid implements SlabSource {
  readonly #parent: SlabSource;
  readonly #threads: Threads;

  constructor(parent: SlabSource, threads: Threads) {
    this.#parent = parent;
    this.#threads = threads;
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    if (this.#threads.closed) throw new DestroyedError('malloc');
    return this.#parent.acquire(sizeClass);
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    return this.#threads.closed ? 0 : this.#parent.spare(sizeClass);
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    this.#parent.offer(sizeClass, head);
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    this.#parent.retire(sizeClass, head);
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    this.#parent.held(visit);
  }

  verify(report: Report): void {
    this.#parent.verify(report);
  }
}
