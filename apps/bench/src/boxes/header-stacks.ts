/**
 * Per class, a stack of addresses of free blocks, drawn as in unified-cache; caps and batches are the defaults of the
 * policy.
 *
 *   words   ┌ top ┬ limit ┐ per class ┌ 0 │ cell │ cell │ … │ cell ┐ per class
 *
 * What it holds comes from a heap in batches and goes back to it in halves; for the heap, blocks in a stack are live.
 * The hot verbs stand in header-heap.ts, over `words`.
 */

import {
  BLOCK_BYTES,
  CLASS_COUNT,
  MAX_CAP,
  POLICY_WORDS,
  policyBatch,
  policyCap,
  type SizeClass,
  writeDefaultPolicy,
} from '@hakmem/contracts';
import type { Heap } from 'hakmem';

export class HeaderStacks {
  /** `top` of class c is at 2c, its `limit` behind it. */
  readonly words: Int32Array;
  refills = 0;
  flushes = 0;
  private readonly heap: Heap;
  private readonly policy: Int32Array = new Int32Array(POLICY_WORDS);
  /** Index of the 0 below each class's first cell. */
  private readonly bottoms: Int32Array = new Int32Array(CLASS_COUNT);

  constructor(heap: Heap) {
    this.heap = heap;
    writeDefaultPolicy({ words: this.policy, start: 0, length: POLICY_WORDS });
    this.words = new Int32Array(MAX_CAP.reduce((words, cap) => words + 1 + cap, 2 * CLASS_COUNT));
    let bottom = 2 * CLASS_COUNT;
    for (let c = 0; c < CLASS_COUNT; c++) {
      this.bottoms[c] = bottom;
      this.words[2 * c] = bottom;
      this.words[2 * c + 1] = bottom + this.policy[policyCap(c)];
      bottom += 1 + MAX_CAP[c];
    }
  }

  /** Fills an empty stack with a batch, the first block that the heap gives on top; false when the heap has none. */
  refill(sizeClass: SizeClass): boolean {
    const { words } = this;
    const bottom = this.bottoms[sizeClass];
    const batch = this.policy[policyBatch(sizeClass)];
    let got = 0;
    for (; got < batch; got++) {
      const block = this.heap.malloc(BLOCK_BYTES[sizeClass]);
      if (block === 0) break;
      words[bottom + batch - got] = block;
    }
    // Filled downward; what is missing is missing at the bottom.
    if (got < batch) words.copyWithin(bottom + 1, bottom + 1 + batch - got, bottom + 1 + batch);
    words[2 * sizeClass] = bottom + got;
    this.refills++;
    return got > 0;
  }

  /** Gives the older half of a full stack back. */
  flush(sizeClass: SizeClass): void {
    const count = this.words[2 * sizeClass] - this.bottoms[sizeClass];
    this.letGo(sizeClass, count - (this.policy[policyCap(sizeClass)] >>> 1));
    this.flushes++;
  }

  /** Gives everything back. */
  flushAll(): void {
    for (let c = 0; c < CLASS_COUNT; c++) this.letGo(c, this.words[2 * c] - this.bottoms[c]);
  }

  private letGo(sizeClass: SizeClass, count: number): void {
    const { words } = this;
    const first = this.bottoms[sizeClass] + 1;
    const top = words[2 * sizeClass];
    for (let i = first; i < first + count; i++) this.heap.free(words[i] >>> 0);
    words.copyWithin(first, first + count, top + 1);
    words[2 * sizeClass] = top - count;
  }
}
