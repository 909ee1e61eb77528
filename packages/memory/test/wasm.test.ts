// Proves what is particular to WebAssembly.Memory: shared or not, whole or a region, growth and its refusals, and that an
// address is the wasm program's own pointer.

import { clause, MAX_BYTES, PAGE_BYTES } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { wasmMemory } from '../src/index.js';

describe('whole', () => {
  test('begins at the second page and may grow to 4 GiB', () => {
    const space = wasmMemory(new WebAssembly.Memory({ initial: 3 }));
    expect(space).toMatchObject({ firstPage: 1, pageLimit: 65_536, committedPages: 3 });
  });

  test.each([
    [0, 1],
    [1, 1],
    [PAGE_BYTES, 1],
    [PAGE_BYTES + 1, 2],
    [10 * PAGE_BYTES, 10],
  ])('start %i is rounded up to page %i', (start, firstPage) => {
    const space = wasmMemory(new WebAssembly.Memory({ initial: 1 }), { start });
    expect(space.firstPage).toBe(firstPage);
    expect(space.commit(firstPage + 1)).toBe(true);
  });

  test(`${clause('SPACE-1')} (start 0)`, () => {
    expect(wasmMemory(new WebAssembly.Memory({ initial: 2 }), { start: 0 }).firstPage).toBe(1);
  });

  test('maxBytes is rounded down and may be less than the memory has', () => {
    const memory = new WebAssembly.Memory({ initial: 8 });
    const space = wasmMemory(memory, { maxBytes: 5 * PAGE_BYTES - 1 });
    expect(space).toMatchObject({ pageLimit: 4, committedPages: 4 });
    expect(space.commit(5)).toBe(false);
    expect(memory.buffer.byteLength).toBe(8 * PAGE_BYTES);
  });

  test('grows the memory by what is missing and no more', () => {
    const memory = new WebAssembly.Memory({ initial: 2 });
    const space = wasmMemory(memory);
    expect(space.commit(7)).toBe(true);
    expect(memory.buffer.byteLength).toBe(7 * PAGE_BYTES);
    expect(space.committedPages).toBe(7);
  });

  test(`${clause('SPACE-2')} (the memory's own maximum refuses)`, () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
    const space = wasmMemory(memory);
    space.commit(2);
    const { buffer } = memory;
    new Uint8Array(buffer)[PAGE_BYTES] = 3;
    expect(space.commit(5)).toBe(false);
    expect(memory.buffer).toBe(buffer);
    expect(space.committedPages).toBe(2);
    expect(space.bytes()[PAGE_BYTES]).toBe(3);
    expect(space.commit(4)).toBe(true);
  });

  test(`${clause('SPACE-3')} (not shared: a new buffer, and what was there is in it)`, () => {
    const memory = new WebAssembly.Memory({ initial: 2 });
    const space = wasmMemory(memory);
    const old = space.bytes();
    old[PAGE_BYTES] = 9;
    space.commit(3);
    expect(old.length).toBe(0);
    expect(space.buffer).toBe(memory.buffer);
    expect(space.bytes().length).toBe(3 * PAGE_BYTES);
    expect(space.bytes()[PAGE_BYTES]).toBe(9);
  });

  test('follows a growth by the wasm program', () => {
    const memory = new WebAssembly.Memory({ initial: 2 });
    const space = wasmMemory(memory);
    const before = space.bytes();
    memory.grow(3);
    expect(space.committedPages).toBe(5);
    expect(space.bytes() === before).toBe(false);
    expect(space.bytes().length).toBe(5 * PAGE_BYTES);
    expect(space.commit(5)).toBe(true);
    expect(memory.buffer.byteLength).toBe(5 * PAGE_BYTES);
  });

  test(`${clause('SPACE-2')} (all 4 GiB)`, () => {
    const space = wasmMemory(new WebAssembly.Memory({ initial: 1 }));
    expect(space.commit(65_537)).toBe(false);
    expect(space.commit(65_536)).toBe(true);
    const bytes = space.bytes();
    expect(bytes.length).toBe(MAX_BYTES);
    bytes[MAX_BYTES - 1] = 7;
    expect(new Uint8Array(space.buffer, MAX_BYTES - 1, 1)[0]).toBe(7);
  });
});

describe('shared', () => {
  test(`${clause('SPACE-3')} (old views stay, and see the same bytes as new ones)`, () => {
    const space = wasmMemory(new WebAssembly.Memory({ initial: 2, maximum: 8, shared: true }));
    const old = space.bytes();
    expect(space.commit(6)).toBe(true);
    expect(old.length).toBe(2 * PAGE_BYTES);
    expect(space.bytes().length).toBe(6 * PAGE_BYTES);
    old[PAGE_BYTES + 1] = 21;
    expect(space.bytes()[PAGE_BYTES + 1]).toBe(21);
  });

  test(`${clause('SPACE-2')} (a shared memory's own maximum refuses)`, () => {
    const space = wasmMemory(new WebAssembly.Memory({ initial: 2, maximum: 8, shared: true }));
    expect(space.commit(9)).toBe(false);
    expect(space.committedPages).toBe(2);
    expect(space.commit(8)).toBe(true);
  });
});

describe('region', () => {
  test('is the whole pages inside start and end', () => {
    const memory = new WebAssembly.Memory({ initial: 10 });
    const space = wasmMemory(memory, { start: 2 * PAGE_BYTES + 1, end: 7 * PAGE_BYTES - 1 });
    expect(space).toMatchObject({ firstPage: 3, pageLimit: 6, committedPages: 6 });
  });

  test('may end where the memory ends', () => {
    const space = wasmMemory(new WebAssembly.Memory({ initial: 4 }), { end: 4 * PAGE_BYTES });
    expect(space).toMatchObject({ firstPage: 1, pageLimit: 4, committedPages: 4 });
  });

  test('is never grown', () => {
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 100 });
    const space = wasmMemory(memory, { end: 4 * PAGE_BYTES });
    const { buffer } = memory;
    expect(space.commit(4)).toBe(true);
    expect(space.commit(5)).toBe(false);
    expect(memory.buffer).toBe(buffer);
  });

  test('stays what it is when the wasm program grows the memory', () => {
    const memory = new WebAssembly.Memory({ initial: 4 });
    const space = wasmMemory(memory, { start: PAGE_BYTES, end: 3 * PAGE_BYTES });
    memory.grow(4);
    expect(space).toMatchObject({ pageLimit: 3, committedPages: 3 });
    expect(space.bytes().length).toBe(8 * PAGE_BYTES);
    expect(space.commit(4)).toBe(false);
  });
});

test('an address is a pointer of the wasm program', () => {
  // (module (import "env" "memory" (memory 1)) (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))
  const module = Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, 0x06, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x00],
    ...[0x02, 0x0f, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00, 0x01],
    ...[0x03, 0x02, 0x01, 0x00],
    ...[0x07, 0x09, 0x01, 0x05, 0x73, 0x74, 0x6f, 0x72, 0x65, 0x00, 0x00],
    ...[0x0a, 0x0b, 0x01, 0x09, 0x00, 0x20, 0x00, 0x20, 0x01, 0x3a, 0x00, 0x00, 0x0b],
  );
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { env: { memory } });
  const space = wasmMemory(memory);
  space.commit(4);
  const address = 2 * PAGE_BYTES + 48;
  exports['store']?.(address, 99);
  expect(space.bytes()[address]).toBe(99);
});

test('a memory that is not shared grows by an eighth at least, one that is shared by what is asked for', () => {
  for (const shared of [false, true]) {
    const memory = new WebAssembly.Memory({ initial: 80, maximum: 200, shared });
    const space = wasmMemory(memory);
    expect(space.commit(81)).toBe(true);
    expect(memory.buffer.byteLength / 65_536).toBe(shared ? 81 : 90);
    expect(space.commit(200)).toBe(true);
    expect(space.commit(201)).toBe(false);
    const near = new WebAssembly.Memory({ initial: 80, maximum: 82, shared });
    expect(wasmMemory(near).commit(81)).toBe(true);
    expect(near.buffer.byteLength / 65_536).toBe(81);
  }
});
