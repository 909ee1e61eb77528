/**
 * `@hakmem/remote-queue`: frees by threads that do not own the block's slab, and what its owner learns of them.
 *
 * @packageDocumentation
 */

import type { Recipe, RemoteQueue } from '@hakmem/contracts';
import { Queue, queueWords } from './queue.js';

/** The recipe of a remote queue. It needs no other box; its regions are the same for all threads, a stride apart. */
export function remoteQueue(): Recipe<null, RemoteQueue> {
  return {
    box: 'remote-queue',
    words: queueWords,
    build: (scope) => new Queue(scope),
  };
}
