/**
 * The policy table: all that may be tuned while the heap runs. A box reads its entries when it goes cold (refill, flush)
 * and never on the hot path, so a change acts from the next refill on and never on what was handed out (contract B).
 *
 *   ┌ warm size ┬ warm prefill ┬ drain interval ┬ retain ┬ … 8 words ┐┌ cap, batch ┐ per class
 *
 * Written by whoever composes the heap, and later by the learner; read by all threads.
 */

import type { Region } from './records.js';
import { BLOCK_BYTES, CLASS_COUNT, SPAN_BLOCKS, TINY_CLASS_COUNT } from './size-classes.js';
import { PAGE_BYTES, type SizeClass } from './units.js';

/** Slabs that a warm pool keeps per class (1 … 16; 0 switches it off). */
export const POLICY_WARM_SIZE = 0;
/** Slabs that a warm pool takes from its parent when it is found empty, beside the one asked for. */
export const POLICY_WARM_PREFILL = 1;
/** Blocks that a class lets go of between two drains. */
export const POLICY_DRAIN_INTERVAL = 2;
/** FREE SuperSlabs that are kept before memory is returned. */
export const POLICY_RETAIN = 3;

const SCALARS = 8;
const MID_CACHE_BYTES = 1_048_576;

/** Words in the table. */
export const POLICY_WORDS: number = SCALARS + 2 * CLASS_COUNT;

/** Index, within the table, of the number of blocks that a class caches at most. */
export function policyCap(sizeClass: SizeClass): number {
  return SCALARS + 2 * sizeClass;
}

/** Index, within the table, of the number of blocks that a refill of the class asks for. */
export function policyBatch(sizeClass: SizeClass): number {
  return SCALARS + 2 * sizeClass + 1;
}

/** Most blocks that the stack of each class has cells for: a slab's worth of tiny blocks (64 … 512), 1 MiB of mid ones (4 … 64). */
export const MAX_CAP: Int32Array = BLOCK_BYTES.map((bytes, c) =>
  c < TINY_CLASS_COUNT
    ? Math.min(512, Math.max(64, Math.floor(PAGE_BYTES / bytes)))
    : Math.min(64, Math.max(4, Math.floor(MID_CACHE_BYTES / bytes))),
);

/**
 * Writes the defaults into a policy table: warm pools of 16 with a prefill of 3, a drain every 1,024 blocks, 4 FREE
 * SuperSlabs retained, full caps, tiny refills of half of the cap (32 … 256 blocks), mid refills of 2 spans ({@link midBatch}).
 */
export function writeDefaultPolicy(table: Region): void {
  const { words, start } = table;
  words[start + POLICY_WARM_SIZE] = 16;
  words[start + POLICY_WARM_PREFILL] = 3;
  words[start + POLICY_DRAIN_INTERVAL] = 1_024;
  words[start + POLICY_RETAIN] = 4;
  for (let c = 0; c < CLASS_COUNT; c++) {
    words[start + policyCap(c)] = MAX_CAP[c];
    words[start + policyBatch(c)] = c < TINY_CLASS_COUNT ? MAX_CAP[c] >>> 1 : midBatch(c, 2);
  }
}

/**
 * Blocks in a refill of `spans` spans of a mid class: at most half of what its stack holds, so that the next frees fit,
 * but at least a block of each span.
 */
export function midBatch(sizeClass: SizeClass, spans: number): number {
  const most = Math.max(MAX_CAP[sizeClass] >>> 1, spans);
  return Math.min(spans * SPAN_BLOCKS[sizeClass], most, MAX_CAP[sizeClass]);
}
