/** The field of a stress run: the heap, the ledger, and the Workers in their places; and what must hold when all stand still. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createHeap, type SharedHeap } from 'hakmem';
import { bundle } from '../bundle.ts';
import { DOING, HAND, ledgerBytes, listOf, MAIL, placeOf, THREAD } from './ledger.ts';
import type { Task } from './worker.ts';

export type Terms = Pick<Task, 'seed' | 'remote' | 'milliseconds' | 'quits'>;

export class Field {
  readonly heap: SharedHeap;
  /** Workers that were started, that ended without detaching, and that were in a malloc then. */
  started = 0;
  died = 0;
  diedInMalloc = 0;
  readonly places: number;
  readonly #ledger: Int32Array;
  readonly #gate = new Int32Array(new SharedArrayBuffer(8));
  readonly #code: URL;
  readonly #faults: string[] = [];
  /** Blocks that nobody has, which threads that died were just being given, or taking out of the mail: at most so many. */
  #strays = 0;

  private constructor(code: URL, places: number, maxBytes: number) {
    this.#code = code;
    this.places = places;
    this.#ledger = new Int32Array(new SharedArrayBuffer(ledgerBytes(places)));
    this.heap = createHeap({ maxBytes, env: false });
    this.#gate[0] = 1;
  }

  /** A heap of `maxBytes`, and `places` for Workers. */
  static async make(places: number, maxBytes: number): Promise<Field> {
    return new Field(await bundle(new URL('./worker.ts', import.meta.url)), places, maxBytes);
  }

  /** Starts a Worker in a place; resolves when it has attached. */
  async start(place: number, terms: Terms): Promise<Worker> {
    const { handle } = this.heap;
    const workerData: Task = { ...terms, handle, ledger: this.#ledger, gate: this.#gate, place };
    const worker = this.heap.watch(new Worker(this.#code, { workerData, execArgv: [] }));
    this.started++;
    worker.on('error', (error) => this.#faults.push(`a Worker has thrown: ${error.stack}`));
    await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
    return worker;
  }

  /** Waits for a Worker's end and gives its place free: the blocks that its program had are given back here. */
  async ended(worker: Worker, place: number): Promise<void> {
    if (worker.threadId !== -1) await once(worker, 'exit');
    const words = placeOf(this.#ledger, place);
    if (words[THREAD] !== 0) {
      this.died++;
      if (words[DOING] === 1) this.diedInMalloc++;
      if (words[DOING] !== 0) this.#strays++;
    }
    const hand = words[HAND] as number;
    const list = listOf(words);
    if (words[DOING] === 0 && hand !== 0 && !list.includes(hand)) this.heap.free(hand * 16);
    for (const granule of list) if (granule !== 0) this.heap.free(granule * 16);
    words.fill(0);
  }

  /** Stops all Workers that run, checks the heap, and lets them go on. */
  async checkpoint(running: number): Promise<string[]> {
    Atomics.store(this.#gate, 0, 0);
    const deadline = performance.now() + 20_000;
    while (Atomics.load(this.#gate, 1) < running) {
      if (performance.now() > deadline) return [`${running - Atomics.load(this.#gate, 1)} Workers do not pause`];
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const faults = this.faults();
    Atomics.store(this.#gate, 0, 1);
    Atomics.notify(this.#gate, 0);
    while (Atomics.load(this.#gate, 1) > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    return faults;
  }

  /** What does not hold; all Workers have to stand still. */
  faults(): string[] {
    const faults = [
      ...this.#faults,
      ...this.heap
        .verify()
        .problems.slice(0, 5)
        .map(({ box, message }) => `${box}: ${message}`),
    ];
    const known = this.#known();
    let strays = 0;
    this.heap.walk((address) => {
      if (!known.delete(address)) strays++;
    });
    if (known.size > 0) faults.push(`${known.size} blocks are lost: ${[...known].slice(0, 5)}`);
    if (strays > this.#strays) faults.push(`${strays} blocks are live that nobody has, at most ${this.#strays} can be`);
    return faults;
  }

  /** Gives all blocks back; then nothing may be left of them. */
  clear(): string[] {
    const live: number[] = [];
    this.heap.walk((address) => live.push(address));
    for (const address of live) this.heap.free(address);
    this.#ledger.fill(0);
    this.heap.collect({ force: true });
    const { bytes, threads } = this.heap.stats();
    const faults = this.heap.verify().problems.map(({ message }) => message);
    const { free, reserved, uncommitted, capacity } = bytes;
    if (free + reserved + uncommitted !== capacity) faults.push(`not all is free: ${JSON.stringify(bytes)}`);
    if (threads.attached.length !== 1) faults.push(`threads ${threads.attached} are left`);
    return faults;
  }

  /** The blocks that programs have. */
  #known(): Set<number> {
    const known = new Set<number>();
    const add = (granule: number): void => {
      if (granule !== 0) known.add(granule * 16);
    };
    this.#ledger.subarray(0, MAIL).forEach(add);
    for (let place = 0; place < this.places; place++) listOf(placeOf(this.#ledger, place)).forEach(add);
    return known;
  }
}
