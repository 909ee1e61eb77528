/** What the two ends of a pipe share. */

import type { HeapHandle } from 'hakmem';

/** What an end of the pipe is told. */
export interface PipeTask {
  readonly handle: HeapHandle;
  readonly role: 'producer' | 'consumer';
  /** ┌ sent ┬ … ┬ received ┬ … ┬ stop ┬ … 48 words ┐┌ ring of 1,024 ┐ */
  readonly pipe: Int32Array;
}

export const SENT = 0;
export const RECEIVED = 16;
export const STOP = 32;
export const RING = 48;
export const RING_WORDS = 1_024;
