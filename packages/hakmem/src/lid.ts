/**
 * The link on top of the chain of slab sources: passes every call on until the heap is destroyed, then throws. The hot path
 * of a destroyed heap finds its stacks empty and comes here, so it need not ask whether the heap is alive.
 */

import { DestroyedError, type PageIndex, type Report, type SizeClass, type SlabSource } from '@hakmem/contracts';

export class Lid implements SlabSource {
  readonly #parent: SlabSource;
  #closed = false;

  constructor(parent: SlabSource) {
    this.#parent = parent;
  }

  close(): void {
    this.#closed = true;
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    if (this.#closed) throw new DestroyedError('malloc');
    return this.#parent.acquire(sizeClass);
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    return this.#parent.spare(sizeClass);
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
