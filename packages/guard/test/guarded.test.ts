/** The list of layers, what the guard passes on, the report at the end, arrays, and a layer of one's own. */

import { createHeap, localMemory, type SharedHeap } from 'hakmem';
import { describe, expect, test, vi } from 'vitest';
import {
  type EndReport,
  failing,
  type Ground,
  type Guarded,
  guard,
  guarded,
  type Layer,
  Link,
  poison,
  quarantine,
  redzones,
  sites,
  type TakeCall,
} from '../src/index.js';
import { flip, MEMORIES, newHeap, newShared, poke, thrown } from './heaps.js';

const silent = { log: () => {} };

describe('the list', () => {
  test('is checked', () => {
    const heap = newHeap();
    const wrong = (layers: Layer[]): string => {
      const error = thrown(() => guarded(heap, layers));
      expect(error.name).toBe('OptionError');
      return error.message;
    };
    expect(wrong([sites(), sites()])).toContain('sites in the list once');
    expect(wrong([poison(), redzones()])).toContain('redzones first');
    expect(wrong([failing({ at: 1 }), quarantine()])).toContain('failing last');
    expect(thrown(() => guarded({} as never, [])).message).toMatch(/lacks malloc, alignedAlloc/);
    expect(thrown(() => guarded(null as never, [])).name).toBe('ArgumentError');
  });

  test('may be empty', () => {
    const heap = guarded(newHeap(), [], silent);
    const address = heap.malloc(100);
    expect(heap.usableSize(address)).toBe(heap.heap.usableSize(address));
    heap.free(address);
    expect(thrown(() => heap.free(address)).name).toBe('DoubleFreeError');
    expect(thrown(() => heap.free(address + 16))).toMatchObject({ name: 'InteriorAddressError', blockStart: address });
  });
});

describe('what the heap has besides', () => {
  test('is passed on', () => {
    const heap = guard(newShared(), silent);
    expect(heap.capabilities).toBe(heap.heap.capabilities);
    expect(heap.threadId).toBe(1);
    expect(heap.handle).toEqual(heap.heap.handle);
    heap.malloc(10);
    expect(heap.stats().blocks.live).toBe(1);
    expect(heap.verify().ok).toBe(true);
    expect(heap.collect()).toBe(0);
    expect(heap.buffer).toBe(heap.heap.buffer);
  });

  test('is missing where the heap lacks it', () => {
    const { malloc, alignedAlloc, free, usableSize, view, walk, destroy, buffer } = createFake();
    const heap = guarded({ malloc, alignedAlloc, free, usableSize, view, walk, destroy, buffer } as never, []);
    for (const name of ['detach', 'handle', 'stats', 'threadId']) expect(name in heap).toBe(false);
    expect('detach' in guard(newShared())).toBe(true);
  });

  function createFake() {
    const none = (): never => {
      throw new Error('not called');
    };
    const verbs = { malloc: none, alignedAlloc: none, free: none, usableSize: none, view: none, walk: none };
    return { ...verbs, destroy: none, buffer: new ArrayBuffer(8) };
  }
});

describe.each(MEMORIES)('arrays over %s memory', (memory) => {
  test('are zeroed blocks, and are freed by the array', () => {
    const heap = guard(newHeap(memory), silent);
    const array = heap.allocArray(Float64Array, 5) as Float64Array;
    expect([...array]).toEqual([0, 0, 0, 0, 0]);
    array.fill(1.5);
    expect(heap.usableSize(array.byteOffset)).toBe(40);
    expect([...heap.f64(array.byteOffset, 5)]).toEqual([...array]);
    expect(heap.f32(array.byteOffset, 2).length + heap.i32(array.byteOffset, 2).length).toBe(4);
    expect(heap.u32(array.byteOffset, 10)).toHaveLength(10);
    expect(thrown(() => heap.free(new Float64Array(5))).name).toBe('ArgumentError');
    expect(thrown(() => heap.free(null as never)).name).toBe('ArgumentError');
    expect(thrown(() => heap.free(heap.u8(array.byteOffset + 16, 1))).name).toBe('InteriorAddressError');
    heap.free(array);
    expect(thrown(() => heap.free(array)).name).toBe('DoubleFreeError');
    expect(heap.flush()).toEqual([]);
    expect(heap.stats().blocks.live).toBe(0);
    expect(thrown(() => heap.allocArray(Float64Array, 2 ** 30)).name).toBe('ArgumentError');
    expect(heap.allocArray(Uint8Array, 2 ** 32)).toBe(null);
    expect(thrown(() => heap.calloc(2 ** 20, 2 ** 20)).message).toContain('count × bytes');
    heap.free(0);
    expect(heap.realloc(0, 7)).toBeGreaterThan(0);
  });
});

test('an array over another SharedArrayBuffer is refused, one over a shared wasm memory of before its growth is not', () => {
  const heap = guard(newHeap(), silent);
  const other = new Uint8Array(new SharedArrayBuffer(1_000_000), heap.malloc(9), 9);
  expect(thrown(() => heap.free(other)).name).toBe('ArgumentError');
});

describe('the end', () => {
  const reported = (work: (heap: Guarded<SharedHeap>) => void): EndReport[] => {
    const reports: EndReport[] = [];
    work(guard(newShared(), { report: (report) => reports.push(report) }));
    return reports;
  };

  test('destroy reports leaks and faults, of live and of kept blocks, once, and throws nothing', () => {
    let blocks: number[] = [];
    const reports = reported((heap) => {
      blocks = [heap.malloc(10), heap.malloc(20), heap.malloc(30), heap.malloc(30)];
      heap.free(blocks[0]);
      heap.free(blocks[2]);
      poke(heap, blocks[0] + 3, 1);
      poke(heap, blocks[2] + 3, 1);
      flip(heap, blocks[1] + 20);
      heap.destroy();
      heap.destroy();
      expect(thrown(() => heap.malloc(1)).name).toBe('DestroyedError');
      expect(thrown(() => heap.free(blocks[1]))).toMatchObject({ name: 'DestroyedError', message: /^free/ });
    });
    expect(reports).toHaveLength(1);
    const [{ leaks, faults }] = reports;
    expect(faults.map(({ name, operation, address }) => [name, operation, address])).toEqual([
      ['RedzoneError', 'check', blocks[1]],
      ['UseAfterFreeError', 'destroy', blocks[0]],
      ['UseAfterFreeError', 'destroy', blocks[2]],
    ]);
    expect(leaks).toMatchObject({ blocks: 2, bytes: 50 });
  });

  test('detach reports faults of what it kept, and no leaks', () => {
    let made = 0;
    const reports = reported((heap) => {
      made = heap.malloc(10);
      const kept = heap.malloc(10);
      heap.free(kept);
      poke(heap, kept, 1);
      heap.detach();
      expect(thrown(() => heap.detach()).name).toBe('DetachedError');
      heap.destroy();
      expect(thrown(() => heap.usableSize(made)).name).toBe('DetachedError');
    });
    expect(reports).toMatchObject([{ leaks: null, faults: [{ operation: 'detach' }] }]);
  });

  test('a using block ends it', () => {
    const reports = reported((heap) => {
      heap.malloc(10);
      heap[Symbol.dispose]();
      expect(thrown(() => heap.malloc(1)).name).toBe('DestroyedError');
    });
    expect(reports).toMatchObject([{ leaks: { blocks: 1, bytes: 10 }, faults: [] }]);
  });

  test('a heap that was destroyed past the guard has nothing to report', () => {
    const reports = reported((heap) => {
      heap.malloc(10);
      heap.heap.destroy();
      heap.destroy();
    });
    expect(reports).toEqual([]);
  });

  test('is written to the log when there is something', () => {
    const lines: string[] = [];
    const log = (text: string): unknown => lines.push(text);
    guard(newHeap(), { log }).destroy();
    expect(lines).toEqual([]);
    const heap = guard(newHeap(), { log });
    heap.malloc(10);
    flip(heap, heap.malloc(20) - 1);
    heap.destroy();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^\[GUARD\] check: 1 of 16 canary bytes before the block of 20 bytes/);
    expect(lines[1]).toMatch(/^\[GUARD\] 30 bytes in 2 blocks live\n/);
  });

  test('… which is the error console', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const heap = guard(newHeap());
    heap.malloc(10);
    heap.destroy();
    expect(error).toHaveBeenCalledTimes(1);
    expect(String(error.mock.calls[0][0])).toContain('10 bytes in 1 block live');
  });
});

test('a layer of one’s own: it overrides what it has something to do with', () => {
  const calls: string[] = [];
  class Diary extends Link {
    override take(bytes: number, alignment: number, call: TakeCall): number {
      const address = super.take(bytes, alignment, call);
      calls.push(`${call} ${bytes}`);
      return address;
    }
    override give(address: number, bytes: number, operation: string): void {
      super.give(address, bytes, operation);
      calls.push(`${operation} gives ${bytes}`);
    }
  }
  const diary: Layer = { name: 'diary', build: (_ground: Ground, parent: Link) => new Diary(parent) };
  const heap = guarded(newHeap(), [redzones(), diary, quarantine({ blocks: 1 })], silent);
  const first = heap.calloc(2, 3);
  heap.free(heap.realloc(first, 9));
  heap.alignedAlloc(64, 5);
  heap.allocArray(Uint8Array, 4);
  heap.flush();
  expect(calls).toEqual(['calloc 6', 'realloc 9', 'free gives 6', 'alignedAlloc 5', 'allocArray 4', 'flush gives 9']);
});

test('two layers that keep: a block is kept once', () => {
  const second: Layer = { ...quarantine({ blocks: 2 }), name: 'second' };
  const heap = guarded(newHeap(), [redzones(), poison(), quarantine({ blocks: 2 }), second], silent);
  for (let i = 0; i < 20; i++) heap.free(heap.malloc(64));
  expect(heap.stats().blocks.live).toBe(2);
  expect(heap.flush()).toEqual([]);
  expect(heap.stats().blocks.live).toBe(0);
});

test('a realloc that shrinks succeeds without memory, in place, and its new end is watched', () => {
  const heap = guarded(createHeap({ memory: localMemory({ maxBytes: 4 * 1_048_576 }) }), [redzones()], silent);
  const block = heap.alignedAlloc(4_096, 1_500_000);
  while (heap.malloc(100_000) !== 0);
  heap.u8(block, 1_500_000).fill(7);
  expect(heap.realloc(block, 1_500_001)).toBe(0);
  expect(heap.usableSize(block)).toBe(1_500_000);
  flip(heap, block + 1_500_000);
  expect(thrown(() => heap.realloc(block, 1_000_000))).toMatchObject({ name: 'RedzoneError', offset: 1_500_000 });
  flip(heap, block + 1_500_000);
  expect(heap.realloc(block, 1_000_000)).toBe(block);
  expect(heap.usableSize(block)).toBe(1_000_000);
  expect(heap.check()).toEqual([]);
  flip(heap, block + 1_000_000);
  expect(heap.check()).toMatchObject([{ offset: 1_000_000, address: block }]);
  flip(heap, block + 1_000_000);
  heap.free(block);
  expect(heap.heap.verify().ok).toBe(true);
});
