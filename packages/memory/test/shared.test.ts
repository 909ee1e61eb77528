// Proves what is particular to the fixed SharedArrayBuffer: all of it is there from the start and never changes, up to
// 4 GiB, and other threads can have it.

import { clause, MAX_BYTES, PAGE_BYTES } from '@hakmem/contracts';
import { expect, test } from 'vitest';
import { sharedMemory } from '../src/index.js';

test('is 1 GiB by default, all of it committed', () => {
  const space = sharedMemory();
  expect(space).toMatchObject({ firstPage: 1, pageLimit: 16_384, committedPages: 16_384 });
  expect(space.buffer.byteLength).toBe(1_073_741_824);
});

test('has whole pages: maxBytes is rounded down', () => {
  expect(sharedMemory({ maxBytes: 2 * PAGE_BYTES })).toMatchObject({ pageLimit: 2, committedPages: 2 });
  const space = sharedMemory({ maxBytes: 4 * PAGE_BYTES - 1 });
  expect(space.pageLimit).toBe(3);
  expect(space.buffer.byteLength).toBe(3 * PAGE_BYTES);
});

test('is fixed: commit changes nothing, and there is no release', () => {
  const space = sharedMemory({ maxBytes: 8 * PAGE_BYTES });
  const { buffer } = space;
  const bytes = space.bytes();
  bytes[5 * PAGE_BYTES] = 1;
  space.commit(8);
  expect('release' in space).toBe(false);
  expect(space.committedPages).toBe(8);
  expect(space.buffer).toBe(buffer);
  expect(space.bytes()).toBe(bytes);
  expect(bytes[5 * PAGE_BYTES]).toBe(1);
  expect((buffer as SharedArrayBuffer).growable).toBe(false);
});

test(`${clause('SPACE-2')} (all 4 GiB)`, () => {
  const space = sharedMemory({ maxBytes: MAX_BYTES });
  expect(space.pageLimit).toBe(65_536);
  expect(space.commit(65_536)).toBe(true);
  expect(space.commit(65_537)).toBe(false);
  const bytes = space.bytes();
  expect(bytes.length).toBe(MAX_BYTES);
  expect(bytes[MAX_BYTES - 1]).toBe(0);
  bytes[MAX_BYTES - 1] = 7;
  bytes[2 ** 31] = 8;
  expect(new Uint8Array(space.buffer, MAX_BYTES - 1, 1)[0]).toBe(7);
  expect(new Uint8Array(space.buffer, 2 ** 31, 1)[0]).toBe(8);
});

test('can be cloned to another thread, which sees the same bytes', () => {
  const space = sharedMemory({ maxBytes: 2 * PAGE_BYTES });
  const there = new Uint8Array(structuredClone(space.buffer));
  there[PAGE_BYTES] = 5;
  expect(space.bytes()[PAGE_BYTES]).toBe(5);
});
