/**
 * A heap for several threads: what {@link Heap} does not have, because one thread has no use for it. Each thread has a heap of
 * its own over the same records; the one that made it is the first, the others attach by its handle.
 */

import { ArgumentError, integer, MAX_THREADS, type SharedAllocator, type ThreadId } from '@hakmem/contracts';
import type { Boxes } from './boxes.js';
import type { HeapHandle } from './handle.js';
import { Heap, type HeapTerms } from './heap.js';
import { type WatchableWorker, workerOf } from './worker.js';

/** What makes a heap one of several threads': how others attach. */
export interface SharedTerms extends HeapTerms {
  readonly handle: () => HeapHandle;
}

/** A heap for several threads, as one thread has it. Made by `createHeap` or `compose`, and in other threads by `attachHeap`. */
export class SharedHeap extends Heap implements SharedAllocator {
  /** @internal */
  declare protected readonly terms: SharedTerms;

  /** @internal */
  constructor(boxes: Boxes, terms: SharedTerms) {
    super(boxes, terms);
  }

  /**
   * What another thread needs to attach, structured-cloneable: give it to `postMessage` or as `workerData`, and to
   * `attachHeap` there.
   */
  get handle(): HeapHandle {
    this.gate.check('handle');
    return this.terms.handle();
  }

  /**
   * Ends the heap for this thread: its caches are forgotten, its slabs with nothing live returned, the others left to be
   * adopted by any thread that needs one. Its blocks stay live; other threads may free them. Every later call on this
   * object throws a DetachedError. O(pages + blocks of the thread).
   */
  detach(): void {
    this.gate.check('detach');
    this.gate.end('detached');
    if (this.terms.end === 'close') return;
    this.boxes.threads.leave(this.boxes.owner, this.boxes.owner);
    this.relieve(this.boxes.owner);
  }

  /**
   * Gives back what a thread had that has ended without detaching, whatever it was doing: as `detach` does, from outside.
   * Blocks that it had been given stay live; `walk` shows them. Returns false when no thread has the number or another thread
   * is reaping it. Reaping a thread that still runs breaks the heap: in a browser a Worker may run on for seconds after
   * `terminate()`; a Web Lock that it holds is free when it has ended. Throws an ArgumentError for the calling thread and for
   * what is no thread number. O(pages + blocks of the thread).
   */
  reap(threadId: ThreadId): boolean {
    this.gate.check('reap');
    integer('threadId', threadId, 1, MAX_THREADS);
    const { threads, owner } = this.boxes;
    if (threadId === owner)
      throw new ArgumentError('threadId', threadId, 'another thread; this one leaves by detach()');
    if (!threads.leave(threadId, owner)) return false;
    const unfinished = threads.leftBy(threadId);
    this.relieve(threadId);
    for (const thread of unfinished) if (threads.leave(thread, owner)) this.relieve(thread);
    return true;
  }

  /**
   * Reaps, when a Worker of node:worker_threads exits, the threads that attached in it and did not detach. Call it before
   * the Worker ends, from a thread that outlives it. Returns the Worker. Throws an ArgumentError for what is no running Worker.
   * Needs Node 20.16 or later. (Browsers do not say that a Worker has ended: who terminates one calls `reap`.)
   */
  watch<T extends WatchableWorker>(worker: T): T {
    this.gate.check('watch');
    const number = workerOf(worker);
    worker.once('exit', () => {
      if (this.gate.ended !== null || this.boxes.threads.closed) return;
      for (const thread of this.boxes.threads.inWorker(number)) this.reap(thread);
    });
    return worker;
  }

  /** At the end of a `using` block: `destroy` for the thread that made the heap, `detach` for one that attached. */
  override [Symbol.dispose](): void {
    if (this.terms.end === 'destroy') this.destroy();
    else if (this.gate.ended === null) this.detach();
  }

  /** Gives back all that a thread had, and then its number. May be done again when it was not finished. */
  private relieve(thread: ThreadId): void {
    const { pool, remote, threads, clear } = this.boxes;
    pool.leave(thread);
    remote?.settle(thread);
    clear(thread);
    threads.release(thread);
  }
}
