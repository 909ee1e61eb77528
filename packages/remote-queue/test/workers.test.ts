/**
 * Two real Workers free the 100,000 blocks of a third thread, all of them each, while that one looks at its news: each block
 * is freed by exactly one of the two, and seen by the owner exactly once, in a visit.
 */

import { Worker } from 'node:worker_threads';
import {
  BLOCK_BYTES,
  clause,
  GRANULE_SHIFT,
  PAGE_GRANULE_SHIFT,
  type RemoteStats,
  type SizeClass,
  SPAN_BLOCKS,
  SPAN_PAGES,
} from '@hakmem/contracts';
import { afterEach, describe, expect, test } from 'vitest';
import { MID_SPAN, sharedControl, TINY_256, TINY_1024, World } from './set-up.js';
import type { Task } from './worker.js';

const PAGES = 1_536;
const BLOCKS = 100_000;
const THREADS = 3;
const OWNER = 1;
const CLASSES: readonly SizeClass[] = [TINY_1024, TINY_256, MID_SPAN];

function shared(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}

/** Slabs of the three classes in turn, with 100,000 live blocks in all. */
function fill(world: World): number[] {
  const addresses: number[] = [];
  for (let page = 1, i = 0; addresses.length < BLOCKS; i++) {
    const sizeClass = CLASSES[i % CLASSES.length];
    const blocks = Math.min(SPAN_BLOCKS[sizeClass], BLOCKS - addresses.length);
    addresses.push(...world.makeSlab(page, sizeClass, OWNER, blocks));
    page += SPAN_PAGES[sizeClass];
  }
  return addresses;
}

/** The blocks in another order, drawn by multiplication modulo a prime: neighbours are freed far apart. */
function shuffled(addresses: readonly number[], factor: number): Uint32Array {
  const prime = 100_003;
  const out = new Uint32Array(shared(4 * addresses.length));
  let at = 0;
  for (let i = 1; i < prime; i++) {
    const pick = (i * factor) % prime;
    if (pick <= addresses.length) out[at++] = addresses[pick - 1];
  }
  expect(at).toBe(addresses.length);
  return out;
}

interface Running {
  readonly worker: Worker;
  /** What the thread has counted, when it is done. */
  readonly stats: Promise<RemoteStats>;
}

function start(task: Task): Running {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
    workerData: task,
    execArgv: ['--conditions=@hakmem/source'],
  });
  const stats = new Promise<RemoteStats>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { worker, stats };
}

let running: Running[] = [];

afterEach(async () => {
  await Promise.all(running.map(({ worker }) => worker.terminate()));
});

describe(`${clause('REMOTE-1')} ${clause('REMOTE-3')} Real threads`, () => {
  test.each([
    // The owner leaves the processors to the two for a while: then they meet.
    ['in the same order, so that both go for the same block', [1, 1], 1],
    ['each in an order of its own, so that both mark the same slabs, while the owner looks', [48_271, 69_621], 0],
  ])('%s', { timeout: 60_000 }, async (_, factors, pauseMs) => {
    const control = sharedControl(PAGES, THREADS);
    const world = new World({ pageLimit: PAGES, threads: THREADS, control });
    const blocks = fill(world);
    const signals = new Int32Array(shared(12));
    const tasks = factors.map(
      (factor, i): Task => ({
        control,
        pageLimit: PAGES,
        threads: THREADS,
        thread: i + 2,
        addresses: shuffled(blocks, factor),
        answers: new Uint8Array(shared(BLOCKS)),
        signals,
      }),
    );
    running = tasks.map(start);
    let done = false;
    const stats = Promise.all(running.map((each) => each.stats)).finally(() => {
      done = true;
    });

    // What the owner has seen free, in visits alone: a byte per granule of the heap.
    const seen = new Uint8Array(world.live.length);
    const wasLive = world.live.slice();
    let visits = 0;
    let found = 0;
    const look = (): void => {
      for (const sizeClass of CLASSES) {
        visits += world.queue(OWNER).take(sizeClass, (head) => {
          const granules = BLOCK_BYTES[sizeClass] >>> GRANULE_SHIFT;
          for (let i = 0; i < SPAN_BLOCKS[sizeClass]; i++) {
            const granule = (head << PAGE_GRANULE_SHIFT) + i * granules;
            if (wasLive[granule] === 1 && world.live[granule] === 0 && seen[granule] === 0) {
              seen[granule] = 1;
              found++;
            }
          }
        });
      }
    };
    while (!done) {
      look();
      if (found > 0) Atomics.store(signals, 1, 1);
      world.atomics.made.length = 0;
      await new Promise((resolve) => (pauseMs > 0 ? setTimeout(resolve, pauseMs) : setImmediate(resolve)));
    }
    const told = (await stats).reduce((sum, each) => sum + each.told, 0);
    look();

    const freed = new Map<number, number>();
    for (const { addresses, answers } of tasks) {
      for (let i = 0; i < BLOCKS; i++) freed.set(addresses[i], (freed.get(addresses[i]) ?? 0) + answers[i]);
    }
    expect([...freed.values()].filter((times) => times !== 1)).toEqual([]);
    expect(freed.size).toBe(BLOCKS);
    expect(found).toBe(BLOCKS);
    expect(world.live.every((byte) => byte === 0)).toBe(true);
    expect(world.news()).toEqual({});
    // Each visit has cleared a mark that at least one thread had set.
    expect(told).toBeGreaterThanOrEqual(visits);
    expect(world.queue(OWNER).stats()).toEqual({ told: 0, taken: visits });
    expect(world.guarded()).toBe(true);
  });
});
