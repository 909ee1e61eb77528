/**
 * A program that uses the heap, the same on the page as in a Worker: steps, each of which gets a block of 16 bytes to 300 KB,
 * gives one back, or puts one into the mail and gives back the one that it finds there. No step waits for anybody.
 */

import type { Heap } from 'hakmem';
import { Content } from './content.ts';
import { DOING, HAND, LIST, listOf, MAIL, placeOf, STEPS } from './ledger.ts';

const LEAST_BYTES = 16;
const DOUBLINGS = Math.log2(300_000 / LEAST_BYTES);
/** Of 100 blocks, how many go through the mail. */
const REMOTE = 30;

/** What a program has done. */
export interface Tally {
  mallocs: number;
  /** Mallocs that were answered 0. */
  refused: number;
  frees: number;
  /** Frees of blocks that another thread had got from the heap. */
  foreign: number;
}

export class Program {
  readonly tally: Tally = { mallocs: 0, refused: 0, frees: 0, foreign: 0 };
  readonly #heap: Heap;
  readonly #ledger: Int32Array;
  readonly #index: number;
  readonly #place: Int32Array;
  readonly #list: Int32Array;
  readonly #content: Content;
  #x: number;

  constructor(heap: Heap, ledger: Int32Array, index: number, seed: number) {
    this.#heap = heap;
    this.#ledger = ledger;
    this.#index = index;
    this.#place = placeOf(ledger, index);
    this.#list = listOf(this.#place);
    this.#content = new Content(heap);
    this.#x = Math.imul(seed, 2_654_435_761) | 1;
  }

  step(): void {
    const place = this.#place;
    const at = this.#random(LIST);
    const had = (this.#list[at] as number) * 16;
    if (had === 0) {
      this.#list[at] = this.#malloc() / 16;
      place[HAND] = 0;
    } else {
      place[HAND] = had / 16;
      this.#list[at] = 0;
      this.#free(this.#random(100) < REMOTE ? this.#swap(had) : had);
    }
    Atomics.store(place, STEPS, (place[STEPS] as number) + 1);
  }

  /** Gives back all blocks of the program that are not in the mail. */
  empty(): void {
    for (let at = 0; at < LIST; at++) {
      this.#place[HAND] = this.#list[at] as number;
      this.#list[at] = 0;
      this.#free((this.#place[HAND] as number) * 16);
    }
  }

  #malloc(): number {
    // The square makes more of them small.
    const bytes = Math.floor(LEAST_BYTES * 2 ** ((this.#random(65_536) / 65_536) ** 2 * DOUBLINGS));
    this.#place[DOING] = 1;
    const address = this.#heap.malloc(bytes);
    this.#place[HAND] = address / 16;
    this.#place[DOING] = 0;
    this.tally.mallocs++;
    if (address === 0) this.tally.refused++;
    else this.#content.stamp(address, bytes, this.#index);
    return address;
  }

  /** Puts the block in hand into the mail and takes out what was there. */
  #swap(address: number): number {
    this.#place[DOING] = 2;
    const other = Atomics.exchange(this.#ledger, this.#random(MAIL), address / 16);
    this.#place[HAND] = other;
    this.#place[DOING] = 0;
    return other * 16;
  }

  /** Gives back the block in hand; 0: none. */
  #free(address: number): void {
    if (address === 0) return;
    const maker = this.#content.check(address);
    this.#heap.free(address);
    this.#place[HAND] = 0;
    this.tally.frees++;
    if (maker !== this.#index) this.tally.foreign++;
  }

  #random(below: number): number {
    let x = this.#x;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#x = x;
    return (x >>> 0) % below;
  }
}
