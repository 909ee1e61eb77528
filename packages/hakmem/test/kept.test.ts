/**
 * Runs that threads keep after large blocks were freed, in a whole heap: they serve blocks to come, are in the books, are in
 * nobody's way, and go when they are asked to, or when their thread goes.
 */

import { clause } from '@hakmem/contracts';
import { describe, expect, it } from 'vitest';
import {
  attachHeap,
  DoubleFreeError,
  ForeignAddressError,
  type Heap,
  InteriorAddressError,
  NotLiveError,
  type SharedHeap,
} from '../src/index.ts';
import { COMPOSITIONS, expectEmpties, expectSound, heapOf, MIB } from './support.ts';

const PAGE = 65_536;

/** A heap of 16 MiB, in which a thread may keep 2 MiB, and a second thread in it. */
function pair(): [one: SharedHeap, two: SharedHeap] {
  const one = heapOf({ prewarmCount: 0 });
  return [one, attachHeap(one.handle)];
}

function get(heap: Heap, bytes: number): number {
  const address = heap.malloc(bytes);
  expect(address).not.toBe(0);
  return address;
}

/** Fills the heap with blocks of so many bytes; returns them. */
function fill(heap: Heap, bytes: number): number[] {
  const blocks: number[] = [];
  for (let address = heap.malloc(bytes); address !== 0; address = heap.malloc(bytes)) blocks.push(address);
  return blocks;
}

describe('runs that a thread keeps', () => {
  it('are in the books as cached, of all threads; they are no live blocks', () => {
    const [one, two] = pair();
    const [a, b, c] = [get(one, 5 * PAGE), get(two, 7 * PAGE), get(one, 6 * PAGE)];
    one.free(b);
    two.free(a);
    const { bytes, blocks, large } = one.stats();
    expect(large).toMatchObject({ live: 1, kept: 2 });
    expect([bytes.live, bytes.cached, blocks.live, blocks.cached]).toEqual([6 * PAGE, 12 * PAGE, 1, 2]);
    const walked: number[] = [];
    one.walk((address) => walked.push(address));
    expect(walked).toEqual([c]);
    for (const heap of [one, two]) expectSound(heap);
  });

  it('serve the next block of their length or a shorter one, whose bytes calloc makes zero', () => {
    const heap = heapOf();
    const address = get(heap, 6 * PAGE);
    heap.u8(address, 6 * PAGE).fill(255);
    heap.free(address);
    const { runs } = heap.stats().stages;
    expect(heap.calloc(5, PAGE)).toBe(address);
    expect(heap.u8(address, 5 * PAGE).every((byte) => byte === 0)).toBe(true);
    expect(heap.usableSize(address)).toBe(5 * PAGE); // a sixth more is too much: the rest is kept by itself
    expect(heap.stats()).toMatchObject({ large: { live: 1, kept: 1 }, stages: { runs } });
    expectSound(heap);
    expectEmpties(heap);
  });

  it('are not live: what is done with their addresses throws what a freed block throws', () => {
    const [one, two] = pair();
    const address = get(one, 5 * PAGE);
    one.free(address);
    for (const heap of [one, two]) {
      expect(() => heap.free(address)).toThrow(DoubleFreeError);
      expect(() => heap.free(address + 2 * PAGE)).toThrow(DoubleFreeError);
      expect(() => heap.free(address + 2 * PAGE + 16)).toThrow(InteriorAddressError);
      expect(() => heap.realloc(address, 10)).toThrow(DoubleFreeError);
      expect(() => heap.usableSize(address)).toThrow(NotLiveError);
      expect(() => heap.u8(address + PAGE, 1)).toThrow(NotLiveError);
    }
    expect(one.stats().large.kept).toBe(1);
    one.collect();
    for (const heap of [one, two]) expect(() => heap.free(address)).toThrow(ForeignAddressError);
    expectSound(one);
  });

  it('are grown over by a block before them, whichever thread keeps them', () => {
    const [one, two] = pair();
    for (const keeper of [one, two]) {
      const [a, b] = [get(one, 5 * PAGE), get(one, 6 * PAGE)];
      expect(b).toBe(a + 5 * PAGE);
      one.u8(a, 5 * PAGE).fill(7);
      keeper.free(b);
      expect(one.realloc(a, 11 * PAGE)).toBe(a);
      expect(one.u8(a, 5 * PAGE).every((byte) => byte === 7)).toBe(true);
      expect(one.stats().large.kept).toBe(0);
      expectSound(two);
      one.free(a);
      one.collect();
    }
  });

  it.each([{}, { force: true }])('go back with collect(%o), of all threads', (options) => {
    const [one, two] = pair();
    const blocks = [get(one, 5 * PAGE), get(one, 6 * PAGE), get(two, 40 * PAGE)];
    one.free(blocks[0] as number);
    two.free(blocks[1] as number);
    expect(one.stats().large.kept).toBe(2);
    one.collect(options);
    expect(one.stats().large).toMatchObject({ live: 1, kept: 0 });
    expectSound(one);
    // What the threads believed to keep is no longer theirs.
    const again = [get(two, 6 * PAGE), get(one, 5 * PAGE), get(one, 30 * PAGE)];
    expect(new Set(again).size).toBe(3);
    expectSound(two);
    expectEmpties(one);
  });

  it('are none where no SuperSlab is retained', () => {
    const heap = heapOf({ retainSuperSlabs: 0, prewarmCount: 0 });
    const address = get(heap, 5 * PAGE);
    heap.free(address);
    expect(heap.stats()).toMatchObject({ large: { kept: 0 }, blocks: { cached: 0 } });
    expect(() => heap.free(address)).toThrow(ForeignAddressError);
  });

  it('keep memory from being returned until collect({ force: true }), which returns it', () => {
    const heap = heapOf({ memory: 'local', prewarmCount: 0, maxBytes: 256 * MIB });
    const address = get(heap, 30 * MIB);
    const { uncommitted } = heap.stats().bytes;
    heap.free(address);
    expect(heap.stats()).toMatchObject({ bytes: { uncommitted, cached: 30 * MIB }, large: { kept: 1 } });
    expect(heap.collect({ force: true })).toBeGreaterThanOrEqual(30 * MIB);
    expect(heap.stats().bytes.cached).toBe(0);
    expect(heap.buffer.byteLength).toBeLessThan(2 * MIB);
    expectEmpties(heap);
  });
});

describe(clause('HEAP-1'), () => {
  it('a large block is refused only when no thread keeps a run in its way', () => {
    const [one, two] = pair();
    const blocks = fill(one, 8 * PAGE);
    fill(one, 5 * PAGE);
    fill(one, PAGE * 4.5);
    const [a, b] = [blocks[3] as number, blocks[4] as number];
    expect(b).toBe(a + 8 * PAGE);
    one.free(a);
    two.free(b);
    expect(one.stats().large.kept).toBe(2);
    expect(get(one, 16 * PAGE)).toBe(a);
    expect(one.stats().large.kept).toBe(0);
    expectSound(one);
    expectEmpties(two);
  });

  for (const [name, make] of Object.entries(COMPOSITIONS)) {
    it(`${name}: a slab has the pages of kept runs when no others are left`, () => {
      const heap = make();
      const blocks = fill(heap, 32 * PAGE);
      blocks.push(...fill(heap, 5 * PAGE), ...[4, 3, 2, 1].flatMap((pages) => fillAligned(heap, pages)));
      for (const address of blocks) heap.free(address);
      const { kept } = heap.stats().large;
      for (const bytes of [40, 3_000, 200_000, 300_000]) get(heap, bytes);
      if (name !== 'local') expect(kept).toBeGreaterThan(0);
      expectSound(heap);
      expectEmpties(heap);
    });
  }

  it('kept runs do not make the heap grow: a block that fits into their pages has them', () => {
    const heap = heapOf({ prewarmCount: 0, maxBytes: 64 * MIB });
    const two = attachHeap(heap.handle);
    const blocks = [10, 20, 30].map((pages) => get(heap, pages * PAGE));
    const { created } = heap.stats().superSlabs;
    for (const [i, address] of blocks.entries()) (i === 1 ? two : heap).free(address);
    expect(heap.stats().large.kept).toBe(3); // neighbours, but of two threads
    expect(get(heap, 60 * PAGE)).toBe(blocks[0]);
    expect(heap.stats().superSlabs.created).toBe(created);
    expectEmpties(heap);
  });
});

/** Blocks of whole pages of their own, however small, until there are no more. */
function fillAligned(heap: Heap, pages: number): number[] {
  const blocks: number[] = [];
  const next = (): number => heap.alignedAlloc(2 * PAGE, pages * PAGE);
  for (let address = next(); address !== 0; address = next()) blocks.push(address);
  return blocks;
}

describe(clause('HEAP-9'), () => {
  it.each(['detach', 'reap'] as const)('what a thread kept is free after %s', (way) => {
    const [one, two] = pair();
    const blocks = [get(one, 5 * PAGE), get(two, 6 * PAGE), get(two, 6 * PAGE)];
    two.free(blocks[0] as number);
    two.free(blocks[2] as number);
    expect(one.stats().large.kept).toBe(2);
    if (way === 'detach') two.detach();
    else expect(one.reap(two.threadId)).toBe(true);
    expect(one.stats()).toMatchObject({ large: { live: 1, kept: 0 }, blocks: { live: 1 } });
    expectSound(one);
    // A thread with the same number keeps nothing that the one before did.
    const three = attachHeap(one.handle);
    expect(three.threadId).toBe(2);
    get(three, 5 * PAGE);
    expectSound(three);
    expectEmpties(one);
  });
});
