// Proves that a space is one space in two threads: a real Worker opens it by its handle, and both see what either writes
// and how far either has grown it.

import { type AddressSpace, PAGE_BYTES } from '@hakmem/contracts';
import { afterEach, describe, expect, test } from 'vitest';
import { openMemory, sharedMemory, wasmMemory } from '../src/index.js';
import { type Opened, openInThread } from './helpers/worker.js';

const open: Opened[] = [];

function start(space: AddressSpace): Opened {
  const handle = space.handle?.();
  if (handle === undefined) return expect.fail('the space has no handle');
  const opened = openInThread(handle);
  open.push(opened);
  return opened;
}

afterEach(async () => {
  for (const each of open.splice(0)) await each.end();
});

/** Reads or writes a word of the space in this thread. */
function word(bytes: Uint8Array, at: number, value?: number): number {
  const words = new Int32Array(bytes.buffer);
  if (value !== undefined) Atomics.store(words, at >>> 2, value);
  return Atomics.load(words, at >>> 2);
}

describe('shared, opened in a Worker', () => {
  test('is the same space: its kind, its pages, its bytes', async () => {
    const space = sharedMemory({ maxBytes: 6 * PAGE_BYTES });
    const there = start(space);
    expect(await there.tell({ do: 'look' })).toEqual({
      result: undefined,
      kind: 'shared',
      capabilities: space.capabilities,
      firstPage: 1,
      pageLimit: 6,
      committedPages: 6,
      bytes: 6 * PAGE_BYTES,
    });
    const last = 6 * PAGE_BYTES - 4;
    word(space.bytes(), last, 11);
    expect(await there.tell({ do: 'read', at: last })).toMatchObject({ result: 11 });
    await there.tell({ do: 'write', at: PAGE_BYTES, value: 12 });
    expect(word(space.bytes(), PAGE_BYTES)).toBe(12);
    expect(await there.tell({ do: 'commit', pages: 6 })).toMatchObject({ result: true });
    expect(await there.tell({ do: 'commit', pages: 7 })).toMatchObject({ result: false });
  });
});

describe('wasm, opened in a Worker', () => {
  const make = () =>
    wasmMemory(new WebAssembly.Memory({ initial: 4, maximum: 40, shared: true }), {
      start: 2 * PAGE_BYTES,
      maxBytes: 32 * PAGE_BYTES,
    });

  test('is the same space: its kind, its pages, its bytes', async () => {
    const space = make();
    const there = start(space);
    expect(await there.tell({ do: 'look' })).toEqual({
      result: undefined,
      kind: 'wasm',
      capabilities: space.capabilities,
      firstPage: 2,
      pageLimit: 32,
      committedPages: 4,
      bytes: 4 * PAGE_BYTES,
    });
    word(space.bytes(), 3 * PAGE_BYTES, 21);
    expect(await there.tell({ do: 'read', at: 3 * PAGE_BYTES })).toMatchObject({ result: 21 });
  });

  test('grown here, it is written there through that thread\u2019s own bytes(), and read here', async () => {
    const space = make();
    const there = start(space);
    await there.tell({ do: 'look' });
    expect(space.commit(20)).toBe(true);
    const at = 20 * PAGE_BYTES - 4;
    expect(await there.tell({ do: 'write', at, value: 31 })).toMatchObject({
      result: 31,
      committedPages: 20,
      bytes: 20 * PAGE_BYTES,
    });
    expect(word(space.bytes(), at)).toBe(31);
    expect(await there.tell({ do: 'commit', pages: 20 })).toMatchObject({ result: true, committedPages: 20 });
  });

  test('grown there, it is written here through a view made anew, and old views stay', async () => {
    const space = make();
    const there = start(space);
    const old = space.bytes();
    word(old, 2 * PAGE_BYTES, 41);
    expect(await there.tell({ do: 'commit', pages: 20 })).toMatchObject({ result: true, committedPages: 20 });
    expect(space.committedPages).toBe(20);
    const at = 20 * PAGE_BYTES - 4;
    expect([old.length, space.bytes().length]).toEqual([4 * PAGE_BYTES, 20 * PAGE_BYTES]);
    word(space.bytes(), at, 42);
    expect(await there.tell({ do: 'read', at })).toMatchObject({ result: 42 });
    expect(word(old, 2 * PAGE_BYTES)).toBe(41);
    expect(await there.tell({ do: 'write', at: 2 * PAGE_BYTES, value: 43 })).toMatchObject({ result: 43 });
    expect(word(old, 2 * PAGE_BYTES)).toBe(43);
  });

  test('both grow it in turn, up to its limit and no further', async () => {
    const space = make();
    const there = start(space);
    for (let pages = 6; pages <= 30; pages += 4) {
      expect(space.commit(pages)).toBe(true);
      const { result, committedPages } = await there.tell({ do: 'commit', pages: pages + 2 });
      expect([result, committedPages, space.committedPages]).toEqual([true, pages + 2, pages + 2]);
    }
    expect(await there.tell({ do: 'commit', pages: 33 })).toMatchObject({ result: false, committedPages: 32 });
    expect(space.commit(33)).toBe(false);
  });

  test('a region stays a region there: it is never grown', async () => {
    const space = wasmMemory(new WebAssembly.Memory({ initial: 8, maximum: 20, shared: true }), {
      start: 3 * PAGE_BYTES,
      end: 7 * PAGE_BYTES,
    });
    const there = start(space);
    expect(await there.tell({ do: 'commit', pages: 7 })).toMatchObject({ result: true, firstPage: 3, pageLimit: 7 });
    expect(await there.tell({ do: 'commit', pages: 8 })).toMatchObject({ result: false, bytes: 8 * PAGE_BYTES });
  });
});

test('a handle can be sent on: the space that was opened by it has an equal one', () => {
  for (const space of [
    sharedMemory({ maxBytes: 4 * PAGE_BYTES }),
    wasmMemory(new WebAssembly.Memory({ initial: 2, maximum: 4, shared: true })),
  ]) {
    const handle = space.handle?.();
    if (handle === undefined) return expect.fail('the space has no handle');
    expect(openMemory(handle).handle?.()).toEqual(handle);
  }
});
