/**
 * A front behind checks. Each call looks at the page word of one block, its live byte, and the neighbours of its class.
 *
 * before   malloc: FRONT-6
 * after    malloc: FRONT-4, the block is of the class that classOf names · FRONT-1, which is the smallest that holds the
 *          request · CACHE-1, the block is live · free: FRONT-2
 *
 * Other threads may free blocks meanwhile, so a block that was live may be dead a word later; one that was dead cannot come alive:
 * its owner alone hands it out.
 */

import type { Front } from '../front.js';
import { METHODS } from '../methods.js';
import { classIn, SlotState, stateOf } from '../page-word.js';
import { requireMethods, type Scope } from '../recipe.js';
import { headOf, type Records } from '../records.js';
import { BLOCK_BYTES } from '../size-classes.js';
import { type Address, GRANULE_SHIFT, PAGE_BYTES, PAGE_SHIFT, type SizeClass } from '../units.js';
import { Inspection } from './inspection.js';

export function checkedFront(box: string, scope: Scope, inner: Front): Front {
  return new CheckedFront(box, scope.records, inner);
}

class CheckedFront implements Front {
  readonly #records: Records;
  readonly #inner: Front;
  readonly #inspection: Inspection;

  constructor(box: string, records: Records, inner: Front) {
    requireMethods('checked', box, inner, METHODS.front);
    this.#records = records;
    this.#inner = inner;
    this.#inspection = new Inspection(box);
  }

  get maxBytes(): number {
    return this.#inner.maxBytes;
  }

  malloc(bytes: number): Address | 0 {
    const call = `malloc(${bytes})`;
    this.#mayAsk(bytes, call);
    const address = this.#inner.malloc(bytes);
    if (address === 0) return 0;
    const { words } = this.#records;
    const head = headOf(words, address >>> PAGE_SHIFT);
    const word = words[head];
    const sizeClass = classIn(word);
    const whole = stateOf(word) === SlotState.ACTIVE && (address - head * PAGE_BYTES) % BLOCK_BYTES[sizeClass] === 0;
    this.#inspection.must('CACHE-10', whole, call, { address, head, word });
    const expected = this.#inner.classOf(bytes);
    this.#inspection.must('FRONT-4', sizeClass === expected, call, { address, sizeClass, classOf: expected });
    this.#smallest(bytes, sizeClass, call);
    this.#inspection.must('CACHE-1', this.#live(address) === 1, call, { address, live: this.#live(address) });
    return address;
  }

  free(sizeClass: SizeClass, address: Address): boolean {
    const call = `free(${sizeClass}, ${address})`;
    const was = this.#live(address);
    const freed = this.#inner.free(sizeClass, address);
    this.#inspection.must('FRONT-2', !freed || (was === 1 && this.#live(address) === 0), call, { freed, was });
    return freed;
  }

  classOf(bytes: number): SizeClass {
    const call = `classOf(${bytes})`;
    this.#mayAsk(bytes, call);
    const sizeClass = this.#inner.classOf(bytes);
    this.#smallest(bytes, sizeClass, call);
    return sizeClass;
  }

  #mayAsk(bytes: number, call: string): void {
    const { maxBytes } = this.#inner;
    this.#inspection.must('FRONT-6', Number.isInteger(bytes) && bytes >= 0 && bytes <= maxBytes, call, { maxBytes });
  }

  /** A smaller class that holds the request is one that the front does not serve: it does not give it for its own size. */
  #smallest(bytes: number, sizeClass: SizeClass, call: string): void {
    const size = BLOCK_BYTES[sizeClass];
    this.#inspection.must('FRONT-1', size >= bytes, call, { sizeClass, blockBytes: size });
    for (let smaller = sizeClass - 1; smaller >= 0 && BLOCK_BYTES[smaller] >= bytes; smaller--) {
      const serves = this.#inner.classOf(BLOCK_BYTES[smaller]) === smaller;
      this.#inspection.must('FRONT-1', !serves, call, { sizeClass, smaller });
    }
  }

  #live(address: Address): number {
    return this.#records.live[address >>> GRANULE_SHIFT] ?? 0;
  }
}
