/**
 * Workers on one heap at once: they allocate, exchange blocks and free each other's; they leave, or are ended wherever they are.
 * Afterwards every equation holds, no content was lost, and all that they had can be had again.
 */

import type { Allocator, SharedAllocator } from '@hakmem/contracts';
import { Crew, type Deployment, reaches } from '../crew.js';
import type { HeapResult, HeapTask } from '../jobs/heap.js';
import type { Case } from '../suite.js';
import { HeapStand } from './heap-stand.js';

export type { Deployment };

const WORKERS = 3;
const HOLDS = 60;
const MAILBOXES = 32;
const ROUNDS = 20_000;
const KILLS = 5;

/** The cases of HEAP-8 to HEAP-12 with Workers. */
export function workerCases(name: string, heap: () => Allocator, deployment: Deployment): Case[] {
  const on = (what: string, clauses: Case['clauses'], run: (field: Field) => Promise<void>): Case => ({
    clauses,
    what,
    async run() {
      const field = new Field(heap() as SharedAllocator, name);
      try {
        await run(field);
        await field.end(what);
      } finally {
        await field.crew?.dismiss();
      }
    },
  });
  return [
    on(`${WORKERS} Workers exchange blocks and detach`, ['HEAP-8', 'HEAP-9', 'HEAP-12'], async (field) => {
      await field.start(deployment, WORKERS, { rounds: ROUNDS, detaches: true });
      await field.finish();
    }),
    on(`${KILLS} Workers are ended in the middle of their work and reaped`, ['HEAP-10', 'HEAP-12'], async (field) => {
      for (let i = 0; i < KILLS; i++) {
        await field.start(deployment, 1, { rounds: 100_000_000, detaches: false });
        await field.kill(500 + 977 * i);
      }
    }),
  ];
}

class Field {
  readonly at: HeapStand;
  readonly heap: SharedAllocator;
  readonly signals = new Int32Array(new SharedArrayBuffer(8));
  readonly mailboxes = new Int32Array(new SharedArrayBuffer(4 * MAILBOXES));
  crew: Crew | null = null;
  /** Workers started so far. */
  #started = 0;

  constructor(heap: SharedAllocator, name: string) {
    this.heap = heap;
    this.at = new HeapStand(heap, name);
  }

  async start(deployment: Deployment, workers: number, how: { rounds: number; detaches: boolean }): Promise<void> {
    const { signals, mailboxes } = this;
    Atomics.store(signals, 0, 0);
    const tasks = Array.from({ length: workers }, (): HeapTask => {
      const seed = 20_261 * ++this.#started;
      return { handle: this.heap.handle, seed, holds: HOLDS, signals, mailboxes, ...how };
    });
    this.crew = await Crew.start(deployment, 'heap', tasks);
  }

  /** Waits for the Workers and looks at what they say. */
  async finish(): Promise<void> {
    for (const result of (await this.crew!.results()) as HeapResult[]) {
      this.at.must('HEAP-12', result.wrong === null, `Worker ${result.threadId}`, { wrong: result.wrong });
    }
  }

  /** Ends the Worker after so many rounds, and reaps whoever does not answer any more. */
  async kill(rounds: number): Promise<void> {
    const began = await reaches(this.signals, 0, rounds);
    this.at.must('GENERAL-G', began, 'a Worker', { rounds: Atomics.load(this.signals, 0) });
    await this.crew!.end(0);
    const before = this.at.live().length;
    let reaped = 0;
    for (let thread = 1; thread <= 255; thread++) {
      if (thread !== this.heap.threadId && this.heap.reap(thread)) reaped++;
    }
    this.at.must('HEAP-10', reaped === 1, 'reap', { reaped });
    const live = this.at.live().length;
    const most = MAILBOXES + this.#started * (HOLDS + 1);
    this.at.must('HEAP-10', live <= most && Math.abs(live - before) <= 1, 'reap', { live, before, most });
    this.at.sound('reap');
  }

  /** All that is live is whole and can be freed, and then everything is there again. */
  async end(call: string): Promise<void> {
    this.at.sound(call);
    for (const { address } of this.at.live()) this.heap.free(address);
    this.heap.collect({ force: true });
    this.at.sound(call);
    const size = 1_000_000;
    const blocks = this.at.fill(size);
    const fresh = blocks.length > 0;
    this.at.must('HEAP-14', fresh, `malloc(${size}) until 0`, { blocks: blocks.length });
    this.heap.destroy();
  }
}
