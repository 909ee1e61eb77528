/**
 * The heap against a plain model: a map from address to what was written there. After every command all equations hold,
 * and no block overlaps another; contents stay as written until the block is freed, and across realloc.
 */

import { clause } from '@hakmem/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DoubleFreeError, type Heap, InteriorAddressError, MisalignedAddressError } from '../src/index.ts';
import { COMPOSITIONS, expectEmpties, expectSound } from './support.ts';

/** What the program under test holds. */
interface Block {
  readonly address: number;
  readonly bytes: number;
  readonly tag: number;
}

interface Model {
  blocks: Block[];
  nextTag: number;
}

const SEED = 20_261_120;

/** Sizes around every border: classes, pages, spans, SuperSlabs. */
const sizes = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_100 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1_000, max: 70_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 300_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 250_000, max: 5_000_000 }) },
);

class Command implements fc.Command<Model, Heap> {
  readonly #name: string;
  readonly #run: (model: Model, heap: Heap) => void;
  readonly #needsBlock: boolean;

  constructor(name: string, needsBlock: boolean, run: (model: Model, heap: Heap) => void) {
    this.#name = name;
    this.#needsBlock = needsBlock;
    this.#run = run;
  }

  check(model: Readonly<Model>): boolean {
    return !this.#needsBlock || model.blocks.length > 0;
  }

  run(model: Model, heap: Heap): void {
    this.#run(model, heap);
    expectSound(heap);
    expectHeld(model, heap);
  }

  toString(): string {
    return this.#name;
  }
}

/** The heap's live blocks are exactly the model's, none overlaps the next, and all hold what was written. */
function expectHeld(model: Model, heap: Heap): void {
  const live: number[] = [];
  let end = 0;
  heap.walk((address, bytes) => {
    expect(address).toBeGreaterThanOrEqual(end);
    end = address + bytes;
    live.push(address);
  });
  expect(live).toEqual(model.blocks.map(({ address }) => address).sort((a, b) => a - b));
  for (const block of model.blocks) expectContents(heap, block);
}

/** Writes or checks the first and the last 64 bytes of a block. */
function edges(heap: Heap, { address, bytes }: Block): Uint8Array[] {
  const edge = Math.min(64, bytes);
  return [heap.u8(address, edge), heap.u8(address, bytes).subarray(bytes - edge)];
}

function expectContents(heap: Heap, block: Block): void {
  for (const edge of edges(heap, block)) expect(edge.every((byte) => byte === block.tag)).toBe(true);
}

function add(model: Model, heap: Heap, address: number, bytes: number): void {
  if (address === 0) return;
  expect(heap.usableSize(address)).toBeGreaterThanOrEqual(bytes);
  const block = { address, bytes, tag: (model.nextTag++ % 255) + 1 };
  for (const edge of edges(heap, block)) edge.fill(block.tag);
  model.blocks.push(block);
}

function pick(model: Model, which: number): Block {
  return model.blocks[which % model.blocks.length] as Block;
}

function remove(model: Model, block: Block): void {
  model.blocks = model.blocks.filter((other) => other !== block);
}

const which = fc.nat({ max: 1_000 });
const commands = [
  sizes.map((n) => new Command(`malloc ${n}`, false, (model, heap) => add(model, heap, heap.malloc(n), n))),
  sizes.map(
    (n) =>
      new Command(`calloc ${n}`, false, (model, heap) => {
        const address = heap.calloc(n, 1);
        if (address !== 0) expect(heap.u8(address, n).every((byte) => byte === 0)).toBe(true);
        add(model, heap, address, n);
      }),
  ),
  fc.tuple(fc.nat({ max: 20 }), sizes).map(
    ([log2, n]) =>
      new Command(`alignedAlloc ${2 ** log2} ${n}`, false, (model, heap) => {
        const address = heap.alignedAlloc(2 ** log2, n);
        expect(address % 2 ** log2).toBe(0);
        add(model, heap, address, n);
      }),
  ),
  fc.tuple(which, sizes).map(
    ([i, n]) =>
      new Command(`realloc #${i} ${n}`, true, (model, heap) => {
        const block = pick(model, i);
        const address = heap.realloc(block.address, n);
        if (address === 0) return;
        const kept = Math.min(64, n, block.bytes);
        expect(heap.u8(address, kept).every((byte) => byte === block.tag)).toBe(true);
        remove(model, block);
        add(model, heap, address, n);
      }),
  ),
  which.map(
    (i) =>
      new Command(`free #${i}`, true, (model, heap) => {
        const block = pick(model, i);
        heap.free(block.address);
        remove(model, block);
        expect(() => heap.free(block.address)).toThrow();
      }),
  ),
  which.map(
    (i) =>
      new Command(`free wrongly at #${i}`, true, (model, heap) => {
        const block = pick(model, i);
        expect(() => heap.free(block.address + 1)).toThrow(MisalignedAddressError);
        if (heap.usableSize(block.address) > 16)
          expect(() => heap.free(block.address + 16)).toThrow(InteriorAddressError);
      }),
  ),
  fc.boolean().map((force) => new Command(`collect ${force}`, false, (_model, heap) => void heap.collect({ force }))),
  fc.nat({ max: 40 }).map(
    (count) =>
      new Command(`free ${count} oldest`, true, (model, heap) => {
        for (const block of model.blocks.slice(0, count)) {
          heap.free(block.address);
          remove(model, block);
        }
      }),
  ),
  fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 2_000 })).map(
    ([count, n]) =>
      new Command(`malloc ${count} × ${n} and free all`, false, (_model, heap) => {
        const addresses = Array.from({ length: count }, () => heap.malloc(n)).filter((address) => address !== 0);
        expect(new Set(addresses).size).toBe(addresses.length);
        for (const address of addresses) heap.free(address);
        const first = addresses[0];
        if (
          first !== undefined &&
          heap.stats().bytes.empty + heap.stats().bytes.unused + heap.stats().bytes.free === 0
        ) {
          expect(() => heap.free(first)).toThrow(DoubleFreeError);
        }
      }),
  ),
];

describe('the heap, against a model', () => {
  for (const [name, make] of Object.entries(COMPOSITIONS)) {
    it(`${name}: ${clause('HEAP-5')} ${clause('HEAP-6')} ${clause('HEAP-4')}`, { timeout: 120_000 }, () => {
      fc.assert(
        fc.property(fc.commands(commands, { maxCommands: 60, size: 'max' }), (all) => {
          const heap = make();
          fc.modelRun(() => ({ model: { blocks: [], nextTag: 0 }, real: heap }), all);
          expectEmpties(heap);
        }),
        { seed: SEED, numRuns: 12 },
      );
    });
  }
});
