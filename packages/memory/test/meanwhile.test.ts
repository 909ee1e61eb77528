// A WebAssembly.Memory that another thread grows: what this thread sees late, and what it asks for when it was not the first.
// Played by one thread, whose memory object says what it would say in two; threads.test.ts has the real ones.

import { ArgumentError, clause, PAGE_BYTES, type SpaceHandle } from '@hakmem/contracts';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openMemory, wasmMemory } from '../src/index.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

interface Played {
  readonly memory: WebAssembly.Memory;
  /** What grow was called with. */
  readonly calls: number[];
  /** Grows the memory as another thread would: this one sees it after its own next call of grow. */
  growElsewhere(pages: number): void;
}

function play(initial: number, maximum: number, before: (pages: number) => void = () => {}): Played {
  const memory = new WebAssembly.Memory({ initial, maximum, shared: true });
  const grow = memory.grow.bind(memory);
  const calls: number[] = [];
  let stale: ArrayBufferLike | null = null;
  const real = Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, 'buffer')!.get!;
  Object.defineProperty(memory, 'buffer', { get: () => stale ?? real.call(memory) });
  Object.defineProperty(memory, 'grow', {
    value: (pages: number) => {
      calls.push(pages);
      before(pages);
      stale = null;
      return grow(pages);
    },
  });
  const growElsewhere = (pages: number): void => {
    stale ??= real.call(memory) as ArrayBufferLike;
    grow(pages);
  };
  return { memory, calls, growElsewhere };
}

describe(clause('SPACE-2'), () => {
  test('pages that another thread has added are there already: none are asked for', () => {
    const { memory, calls, growElsewhere } = play(2, 8);
    const space = wasmMemory(memory);
    growElsewhere(4);
    expect(space.committedPages).toBe(2);
    expect(space.commit(5)).toBe(true);
    expect(calls).toEqual([0]);
    expect(space.committedPages).toBe(6);
  });

  test('one that adds some while this one asks for all leaves it the rest to ask for', () => {
    let other = 3;
    const { memory, calls, growElsewhere } = play(2, 8, (pages) => {
      if (pages > 0 && other > 0) growElsewhere(other);
      if (pages > 0) other = 0;
    });
    expect(wasmMemory(memory).commit(8)).toBe(true);
    expect(calls.filter((pages) => pages > 0)).toEqual([6, 3]);
    expect(memory.buffer.byteLength).toBe(8 * PAGE_BYTES);
  });

  test('a region is not grown, not even up to its own end', () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 8, shared: true });
    const space = openMemory({ kind: 'wasm', memory, firstPage: 1, pageLimit: 4, grows: false } as SpaceHandle);
    expect([space.commit(2), space.commit(3)]).toEqual([true, false]);
    expect(memory.buffer.byteLength).toBe(2 * PAGE_BYTES);
  });
});

describe(clause('SPACE-3'), () => {
  test('bytes(end) looks for what another thread has added when the end is not in sight, and only then', () => {
    const { memory, calls, growElsewhere } = play(2, 8);
    const space = wasmMemory(memory);
    growElsewhere(2);
    expect(space.bytes(2 * PAGE_BYTES).length).toBe(2 * PAGE_BYTES);
    expect(calls).toEqual([]);
    expect(space.bytes(2 * PAGE_BYTES + 1).length).toBe(4 * PAGE_BYTES);
    expect(calls).toEqual([0]);
  });
});

test('a region may have one page, in a memory of two', () => {
  const space = wasmMemory(new WebAssembly.Memory({ initial: 2 }), { end: 2 * PAGE_BYTES });
  expect(space).toMatchObject({ firstPage: 1, pageLimit: 2, committedPages: 2 });
});

test('where threads share no memory at all, a memory of one thread is still a space', () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  const memory = new WebAssembly.Memory({ initial: 2 });
  expect(wasmMemory(memory).capabilities.concurrency).toBe('owner');
  const opened = openMemory({ kind: 'wasm', memory, firstPage: 1, pageLimit: 4, grows: true } as SpaceHandle);
  expect(opened).toMatchObject({ kind: 'wasm', committedPages: 2 });
  const shared = { kind: 'shared', firstPage: 1, pageLimit: 4, buffer: new ArrayBuffer(8) } as SpaceHandle;
  expect(() => openMemory(shared)).toThrow(ArgumentError);
});
