/** Objects behind a header: what they hold and cost, and which wrong frees are noticed and which are not. */

import { describe, expect, it } from 'vitest';
import { CheckedHeaderHeap, HeaderHeap } from '../src/boxes/header-heap.js';
import { composition } from '../src/compositions.js';
import { BenchError } from '../src/errors.js';
import { pick, xorshift32 } from '../src/random.js';

const MIB = 2 ** 20;

/** Sizes around every border: classes, what is left behind a header, mid, large. */
const SIZES = [0, 1, 15, 16, 17, 63, 64, 65, 240, 241, 1_008, 1_009, 1_024, 1_025, 5_000, 32_768, 262_128, 262_129];

const KINDS = [
  ['header', HeaderHeap],
  ['header-checked', CheckedHeaderHeap],
] as const;

describe.each(KINDS)('%s', (name, Kind) => {
  const make = (maxBytes = 64 * MIB) => {
    const heap = composition(name, maxBytes);
    return { heap, objects: new Kind(heap), bytes: new Uint8Array(heap.buffer) };
  };

  it('objects hold what was written, do not overlap, and are zero from calloc; nothing is left in the end', () => {
    const { heap, objects, bytes } = make();
    const held = new Map<number, { size: number; tag: number }>();
    let draw = 20_261_120;
    const random = (n: number) => {
      draw = xorshift32(draw);
      return pick(draw, n);
    };
    const fill = (address: number, size: number) => {
      const tag = 1 + random(255);
      bytes.fill(tag, address, address + size);
      held.set(address, { size, tag });
    };
    const expectKept = (address: number, size: number, tag: number) => {
      const found = bytes.subarray(address, address + size).findIndex((byte) => byte !== tag);
      if (found !== -1) expect.unreachable(`byte ${found} of ${size} at ${address} is another's`);
    };
    let shrinking = false;
    for (let step = 0; step < 8_000; step++) {
      shrinking = held.size > 500 || (shrinking && held.size > 10);
      const size = SIZES[random(SIZES.length)];
      const [address, object] = [...held][random(Math.max(held.size, 1))] ?? [0];
      const what = random(5);
      if (object !== undefined && (what === 0 || shrinking)) {
        expectKept(address, object.size, object.tag);
        held.delete(address);
        objects.free(address);
      } else if (object !== undefined && what === 1) {
        held.delete(address);
        const next = objects.realloc(address, size);
        expectKept(next, Math.min(size, object.size), object.tag);
        fill(next, size);
      } else {
        const next = what === 2 ? objects.calloc(size, 1) : objects.malloc(size);
        expect(next % 16).toBe(0);
        expect(held.has(next)).toBe(false);
        expect(objects.usableSize(next)).toBeGreaterThanOrEqual(size);
        if (what === 2) expectKept(next, size, 0);
        fill(next, size);
      }
    }
    for (const [address, { size, tag }] of held) expectKept(address, size, tag);
    for (const address of held.keys()) objects.free(address);
    expect(objects.exchanges.refills).toBeGreaterThan(10);
    expect(objects.exchanges.flushes).toBeGreaterThan(10);
    objects.letGo();
    expect(heap.verify().problems).toEqual([]);
    expect(heap.stats().blocks.live).toBe(0);
  });

  it('an object costs a granule for its header', () => {
    const { objects } = make();
    const [first, second, third] = [16, 16, 16].map((bytes) => objects.malloc(bytes));
    expect([second - first, third - second]).toEqual([32, 32]);
    expect(objects.usableSize(first)).toBe(16);
    expect(objects.usableSize(objects.malloc(1_008))).toBe(1_008);
    expect(objects.usableSize(objects.malloc(1_009))).toBe(1_152 - 16);
    expect(objects.usableSize(objects.malloc(262_129))).toBe(5 * 65_536 - 16);
  });

  it('a freed object is the next one of its class', () => {
    const { objects } = make();
    const addresses = [64, 64, 64].map((bytes) => objects.malloc(bytes));
    for (const address of addresses) objects.free(address);
    expect([64, 64, 64].map((bytes) => objects.malloc(bytes))).toEqual(addresses.toReversed());
  });

  it('exhausted memory is the answer 0, for small and large objects, and what is freed is there again', () => {
    const { heap, objects } = make(4 * MIB);
    expect(objects.malloc(8 * MIB)).toBe(0);
    const addresses: number[] = [];
    for (let address = objects.malloc(3_000); address !== 0; address = objects.malloc(3_000)) addresses.push(address);
    expect(addresses.length).toBeGreaterThan(800);
    expect(objects.calloc(1, 3_000)).toBe(0);
    expect(objects.realloc(addresses[0], 60_000)).toBe(0);
    expect(objects.realloc(addresses[0], 10)).toBe(addresses[0]);
    for (const address of addresses) objects.free(address);
    expect(objects.malloc(3_000)).not.toBe(0);
    expect(heap.verify().ok).toBe(true);
  });

  it('a byte that no header has is noticed, and 0 is no object', () => {
    const { objects, bytes } = make();
    const address = objects.malloc(64);
    bytes[address + 15] = 200;
    const before = objects.malloc(32);
    expect(() => objects.free(address + 16)).toThrow(
      new BenchError(`free(${address + 16}): the byte before it is 200, expected a class (0 … 95) or 255`),
    );
    objects.free(0);
    expect(objects.malloc(32)).not.toBe(before);
  });

  it('an interior address behind a zero is not noticed, and goes out as an object of the smallest class', () => {
    const { objects, bytes } = make();
    const address = objects.malloc(64);
    bytes.fill(0, address, address + 64);
    objects.free(address + 32);
    expect(objects.malloc(0)).toBe(address + 32);
  });

  it('a large object freed twice is noticed by the heap below', () => {
    const { objects } = make();
    const address = objects.malloc(300_000);
    objects.free(address);
    expect(() => objects.free(address)).toThrow(`free(${address - 16})`);
  });
});

describe('an object freed twice', () => {
  it('goes to two owners without the check', () => {
    const objects = new HeaderHeap(composition('header', 64 * MIB));
    const address = objects.malloc(64);
    objects.free(address);
    objects.free(address);
    expect([objects.malloc(64), objects.malloc(64)]).toEqual([address, address]);
  });

  it('is noticed with it, until its block is handed out again', () => {
    const objects = new CheckedHeaderHeap(composition('header-checked', 64 * MIB));
    const address = objects.malloc(64);
    objects.free(address);
    expect(() => objects.free(address)).toThrow('the byte before it is the mark of a freed object');
    expect(objects.malloc(64)).toBe(address);
    objects.free(address);
    expect(objects.malloc(64)).toBe(address);
  });
});
