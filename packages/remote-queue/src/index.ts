/**
 * `@hakmem/remote-queue`: frees by threads that do not own the block's slab, and what its owner learns of them.
 *
 * @packageDocumentation
 */

import { type Capabilities, PAGE_BYTES, type RecipeOf } from '@hakmem/contracts';
import { Queue, queueWords } from './queue.js';

const CAPABILITIES: Capabilities<'any', true> = {
  alignment: PAGE_BYTES,
  concurrency: 'any',
  grows: false,
  shrinks: false,
  zeroed: false,
  retries: false,
  stateInBuffer: true,
};

/** The recipe of a remote queue. It needs no other box; its regions are the same for all threads, a stride apart. */
export function remoteQueue(): RecipeOf<'remote', Capabilities<'any', true>> {
  return {
    box: 'remote-queue',
    contract: 'remote',
    capabilities: CAPABILITIES,
    words: queueWords,
    build: (scope) => new Queue(scope),
  };
}
