/**
 * The contract of a remote queue: frees by threads that do not own the slab, and the owner's news of them. Each thread has
 * one; `free` and `settle` reach into the news of other threads, atomically.
 *
 *   other thread   free ── exchange of the live byte ──► mark of the slab ──► mark of its class      (told once per slab)
 *   owner          take ── clears the mark of a class, then of each slab, then looks at the slab
 */

import type { Address, PageIndex, SizeClass, ThreadId } from './units.js';

export const REMOTE = {
  // after
  'REMOTE-1':
    'A free of a live block MUST make it not live; one of what is not live MUST answer false and change nothing but its own note.',
  'REMOTE-2': 'A free MUST be one atomic exchange; the owner MUST be told once per slab until it has taken the news.',
  'REMOTE-3': 'The mark of a slab MUST be cleared before the slab is visited, so that no free is overlooked.',
  'REMOTE-4': 'Marks of slabs that have gone or changed hands MUST be ignored.',
  // threads
  'REMOTE-5': 'Of several threads that free one block one MUST succeed.',
  'REMOTE-6': 'settle MUST tell what a thread that died in a free may not have told any more.',
  // always
  'REMOTE-7': 'nextClass MUST answer each class with news in turn, and -1 exactly when there is none.',
  // after, once more
  'REMOTE-8':
    'take MUST visit each slab of the class with news, once for each mark that it clears and no other, and say how many it visited.',
} as const;

/** What a remote queue counts. */
export interface RemoteStats {
  /** Times that this thread told an owner of news: once per slab until the owner has looked. */
  readonly told: number;
  /** Slabs whose news this thread has taken. */
  readonly taken: number;
}

/** A thread's remote queue. Its thread calls it; `free` and `settle` change words of others. */
export interface RemoteQueue {
  /** Frees a block of a slab that this thread does not own; false, and nothing changed, when it is not live. */
  free(address: Address): boolean;
  /** Says whether others have freed blocks of the class since its news were taken. */
  hasNews(sizeClass: SizeClass): boolean;
  /**
   * Takes the news of a class: each of its slabs in which others have freed blocks since. The mark of a slab is cleared
   * before it is visited, so that a free which the visitor overlooks marks it again. Says how many were visited.
   */
  take(sizeClass: SizeClass, visit: (head: PageIndex) => void): number;
  /** The next class with news, in turn; -1 when there is none. */
  nextClass(): SizeClass | -1;
  /** Whether the slab is marked as having news for its owner. */
  isTold(head: PageIndex): boolean;
  /** Tells what a thread that died may not have told any more: the owner of the last slab in which it freed a block. */
  settle(thread: ThreadId): void;
  stats(): RemoteStats;
}
