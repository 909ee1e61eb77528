// Proves what is particular to the resizable ArrayBuffer: it starts with nothing, views stay valid when it grows, and
// memory that is released really goes away and comes back as zeros.

import { clause, MAX_BYTES, PAGE_BYTES } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { localMemory } from '../src/index.js';

test('may have 1 GiB by default, and has nothing at the start', () => {
  const space = localMemory();
  expect(space).toMatchObject({ firstPage: 1, pageLimit: 16_384, committedPages: 0 });
  expect(space.buffer.byteLength).toBe(0);
});

test('may have whole pages: maxBytes is rounded down', () => {
  expect(localMemory({ maxBytes: 2 * PAGE_BYTES }).pageLimit).toBe(2);
  const space = localMemory({ maxBytes: 4 * PAGE_BYTES - 1 });
  expect(space.pageLimit).toBe(3);
  expect(space.commit(3)).toBe(true);
  expect(space.commit(4)).toBe(false);
});

test('is exactly as long as was committed', () => {
  const space = localMemory({ maxBytes: 16 * PAGE_BYTES });
  for (const pages of [3, 7, 16]) {
    space.commit(pages);
    expect(space.committedPages).toBe(pages);
    expect(space.buffer.byteLength).toBe(pages * PAGE_BYTES);
  }
});

test(`${clause('SPACE-3')} (nothing is detached)`, () => {
  const space = localMemory({ maxBytes: 64 * PAGE_BYTES });
  space.commit(2);
  const { buffer } = space;
  const bytes = space.bytes();
  const view = new Uint8Array(space.buffer, PAGE_BYTES, 16);
  space.commit(64);
  expect(space.buffer).toBe(buffer);
  expect(space.bytes()).toBe(bytes);
  expect(bytes.length).toBe(64 * PAGE_BYTES);
  view[3] = 12;
  expect(bytes[PAGE_BYTES + 3]).toBe(12);
});

describe('release', () => {
  test('takes all pages from the given one on', () => {
    const space = localMemory({ maxBytes: 16 * PAGE_BYTES });
    space.commit(16);
    space.release(5);
    expect(space.committedPages).toBe(5);
    expect(space.bytes().length).toBe(5 * PAGE_BYTES);
  });

  test('of more pages than there are changes nothing', () => {
    const space = localMemory({ maxBytes: 16 * PAGE_BYTES });
    space.commit(4);
    space.release(9);
    expect(space.committedPages).toBe(4);
  });

  test('leaves views of what went away with length 0', () => {
    const space = localMemory({ maxBytes: 16 * PAGE_BYTES });
    space.commit(16);
    const gone = new Float64Array(space.buffer, 8 * PAGE_BYTES, 100);
    const across = new Uint8Array(space.buffer, 5 * PAGE_BYTES - 8, 16);
    const kept = new Uint8Array(space.buffer, 5 * PAGE_BYTES - 8, 8);
    space.release(5);
    expect([gone.length, across.length, kept.length]).toEqual([0, 0, 8]);
    expect(gone[0]).toBeUndefined();
  });

  test(`${clause('SPACE-2')} (memory that was released comes back as zeros)`, () => {
    const space = localMemory({ maxBytes: 16 * PAGE_BYTES });
    space.commit(16);
    space.bytes().fill(255);
    space.release(5);
    space.commit(16);
    const bytes = space.bytes();
    expect(bytes.subarray(0, 5 * PAGE_BYTES).every((byte) => byte === 255)).toBe(true);
    expect(bytes.subarray(5 * PAGE_BYTES).every((byte) => byte === 0)).toBe(true);
  });

  test('gives the memory back to the system: the resident set shrinks', () => {
    const touched = 128 * 1_048_576;
    const space = localMemory();
    space.commit(touched / PAGE_BYTES);
    const before = process.memoryUsage.rss();
    space.bytes().fill(1);
    const peak = process.memoryUsage.rss();
    space.release(1);
    const after = process.memoryUsage.rss();
    expect(peak - before).toBeGreaterThan(0.8 * touched);
    expect(peak - after).toBeGreaterThan(0.8 * touched);
  });
});

test(`${clause('SPACE-2')} (the engine has no memory left)`, () => {
  const space = localMemory({ maxBytes: 16 * PAGE_BYTES });
  space.commit(4);
  Object.defineProperty(space.buffer, 'resize', {
    value: () => {
      throw new RangeError('no memory');
    },
  });
  expect(space.commit(5)).toBe(false);
  expect(space.committedPages).toBe(4);
});

test(`${clause('SPACE-2')} (all 4 GiB)`, () => {
  const space = localMemory({ maxBytes: MAX_BYTES });
  expect(space.pageLimit).toBe(65_536);
  expect(space.commit(65_537)).toBe(false);
  expect(space.commit(65_536)).toBe(true);
  const bytes = space.bytes();
  expect(bytes.length).toBe(MAX_BYTES);
  bytes[MAX_BYTES - 1] = 7;
  expect(new Uint8Array(space.buffer, MAX_BYTES - 1, 1)[0]).toBe(7);
});

test('releasing memory that was never touched does not make it resident', () => {
  const space = localMemory();
  space.commit(16_384);
  const before = process.resourceUsage().maxRSS;
  space.release(1);
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000); // KiB, of 1 GiB
});
