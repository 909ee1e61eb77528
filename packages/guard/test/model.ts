/**
 * What a guarded heap must answer: each live block's bytes, and addresses that were freed. Commands are performed on both,
 * and the heap is checked against the model.
 */

import fc from 'fast-check';
import type { Heap } from 'hakmem';
import { expect } from 'vitest';
import type { Guarded } from '../src/index.js';
import { thrown } from './heaps.js';

/** Sizes of every kind of block. */
export const size = fc.oneof(fc.nat(80), fc.nat(3_000), fc.constantFrom(1_024, 70_000, 300_000));
/** What is done to a heap. */
export const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('malloc' as const), size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('calloc' as const), size }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('aligned' as const), size, log: fc.integer({ min: 0, max: 17 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('realloc' as const), size, pick: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('free' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('inside' as const), pick: fc.nat(), by: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
);
export type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** The live blocks, with the byte that fills each, and addresses that are free. */
export class Model {
  readonly live = new Map<number, { bytes: number; fill: number }>();
  readonly freed = new Set<number>();
  readonly exact: boolean;
  readonly heap: Guarded<Heap>;
  #fill = 0;

  constructor(heap: Guarded<Heap>, exact: boolean) {
    this.heap = heap;
    this.exact = exact;
  }

  pick(at: number): number | undefined {
    return [...this.live.keys()][at % Math.max(1, this.live.size)];
  }

  made(address: number, bytes: number): void {
    expect(address % 16).toBe(0);
    expect(address).toBeGreaterThan(0);
    for (const [at, other] of this.live) {
      expect(address + bytes <= at || at + other.bytes <= address, `${address} overlaps ${at}`).toBe(true);
    }
    const fill = (this.#fill = (this.#fill % 250) + 1);
    this.heap.u8(address, bytes).fill(fill);
    this.live.set(address, { bytes, fill });
    this.freed.delete(address);
  }

  gone(address: number): void {
    this.live.delete(address);
    this.freed.add(address);
  }

  /** The first `bytes` of the block are as the user left them. */
  holds(address: number, bytes: number, fill: number): void {
    const seen = this.heap.u8(address, bytes);
    expect(seen.every((byte) => byte === fill)).toBe(true);
  }

  agrees(): void {
    for (const [address, { bytes, fill }] of this.live) {
      const usable = this.heap.usableSize(address);
      if (this.exact) expect(usable).toBe(bytes);
      else expect(usable).toBeGreaterThanOrEqual(bytes);
      this.holds(address, bytes, fill);
    }
    const seen: number[] = [];
    this.heap.walk((address) => seen.push(address));
    expect(seen).toEqual([...this.live.keys()].sort((a, b) => a - b));
    expect(this.heap.check()).toEqual([]);
    expect(this.heap.leaks().blocks).toBe(this.live.size);
  }
}

/** Does it to the heap and to the model. */
export function perform(model: Model, step: Command): void {
  switch (step.do) {
    case 'malloc':
      model.made(model.heap.malloc(step.size), step.size);
      break;
    case 'calloc':
      calloc(model, step.size);
      break;
    case 'aligned':
      aligned(model, 2 ** step.log, step.size);
      break;
    case 'realloc':
      move(model, step.pick, step.size);
      break;
    case 'free':
      free(model, step.pick);
      break;
    case 'again':
      freeAgain(model, step.pick);
      break;
    case 'inside':
      freeInside(model, step.pick, step.by);
      break;
    case 'flush':
      expect(model.heap.flush()).toEqual([]);
  }
}

function calloc(model: Model, bytes: number): void {
  const address = model.heap.calloc(bytes, 1);
  model.holds(address, bytes, 0);
  model.made(address, bytes);
}

function aligned(model: Model, alignment: number, bytes: number): void {
  const address = model.heap.alignedAlloc(alignment, bytes);
  expect(address % alignment).toBe(0);
  model.made(address, bytes);
}

function move(model: Model, pick: number, to: number): void {
  const address = model.pick(pick);
  if (address === undefined) return;
  const { bytes, fill } = model.live.get(address) as { bytes: number; fill: number };
  const next = model.heap.realloc(address, to);
  model.gone(address);
  model.holds(next, Math.min(bytes, to), fill);
  model.made(next, to);
}

function free(model: Model, pick: number): void {
  const address = model.pick(pick);
  if (address === undefined) return;
  model.heap.free(address);
  model.gone(address);
  expect(thrown(() => model.heap.usableSize(address)).code).toMatch(/NOT_LIVE|FOREIGN/);
}

/** Where the place was used for others since, it may lie inside of one, or in none. */
function freeAgain(model: Model, pick: number): void {
  const address = [...model.freed][pick % Math.max(1, model.freed.size)];
  if (address === undefined) return;
  const { code, operation } = thrown(() => model.heap.free(address));
  expect(code).toMatch(/^HAKMEM_(DOUBLE_FREE|INTERIOR|FOREIGN)$/);
  expect(operation).toBe('free');
}

function freeInside(model: Model, pick: number, by: number): void {
  const address = model.pick(pick);
  const bytes = model.live.get(address ?? 0)?.bytes ?? 0;
  if (address === undefined || bytes < 2) return;
  const inside = address + 1 + (by % (bytes - 1));
  const expected = inside % 16 === 0 ? { code: 'HAKMEM_INTERIOR', blockStart: address } : { code: 'HAKMEM_MISALIGNED' };
  expect(thrown(() => model.heap.free(inside))).toMatchObject(expected);
}
