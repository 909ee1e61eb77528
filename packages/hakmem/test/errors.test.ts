/** Every wrong free has its own error, names the address, and leaves the heap as it was. So have wrong arguments. */

import { clause } from '@hakmem/contracts';
import { describe, expect, it } from 'vitest';
import {
  AddressError,
  ArgumentError,
  DestroyedError,
  DoubleFreeError,
  ForeignAddressError,
  type Heap,
  InteriorAddressError,
  MisalignedAddressError,
  NotLiveError,
} from '../src/index.ts';
import { COMPOSITIONS, expectSound, heapOf, MIB } from './support.ts';

/** Runs `wrong`, expects the error, and that stats and live blocks are as before. */
function expectRefused(heap: Heap, wrong: () => unknown, type: new (...args: never[]) => Error, code: string): Error {
  const before = JSON.stringify(heap.stats());
  let thrown: unknown;
  try {
    wrong();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(type);
  expect((thrown as { code?: string }).code).toBe(code);
  expect(JSON.stringify(heap.stats())).toBe(before);
  expectSound(heap);
  return thrown as Error;
}

describe(clause('HEAP-2'), () => {
  for (const [name, make] of Object.entries(COMPOSITIONS)) {
    for (const bytes of [16, 100, 1_024, 1_040, 9_000, 70_000, 262_144, 3_000_000]) {
      it(`${name}, ${bytes} bytes`, () => {
        const heap = make();
        const neighbour = heap.malloc(bytes);
        const address = heap.malloc(bytes);
        expect(address).not.toBe(0);
        for (const inside of [1, 8, bytes - 1]) {
          if (inside % 16 !== 0)
            expectRefused(heap, () => heap.free(address + inside), MisalignedAddressError, 'HAKMEM_MISALIGNED');
        }
        if (heap.usableSize(address) > 16) {
          const error = expectRefused(heap, () => heap.free(address + 16), InteriorAddressError, 'HAKMEM_INTERIOR');
          expect((error as InteriorAddressError).blockStart).toBe(address);
          expect(error.message).toContain(String(address));
        }
        heap.free(address);
        const gone = expectRefused(heap, () => heap.free(address), AddressError as never, codeOfFreed(heap, address));
        expect(gone.message).toContain(`free(${address})`);
        heap.free(neighbour);
      });
    }
  }

  it('a block freed twice is told from one never handed out only by the words, and both are refused', () => {
    const heap = heapOf();
    const address = heap.malloc(64);
    heap.free(address);
    expectRefused(heap, () => heap.free(address), DoubleFreeError, 'HAKMEM_DOUBLE_FREE');
    expectRefused(heap, () => heap.realloc(address, 100), DoubleFreeError, 'HAKMEM_DOUBLE_FREE');
    expectRefused(heap, () => heap.usableSize(address), NotLiveError, 'HAKMEM_NOT_LIVE');
    expectRefused(heap, () => heap.view(Uint8Array, address, 1), NotLiveError, 'HAKMEM_NOT_LIVE');
  });

  it('foreign: page 0, unused pages, behind the end, behind the last block of a slab', () => {
    const heap = heapOf({ prewarmCount: 0 });
    const address = heap.malloc(48);
    const tail = Math.floor(65_536 / 48) * 48;
    for (const foreign of [16, 8 * MIB, 16 * MIB, 2 ** 31, 2 ** 32 - 16, (address & ~0xffff) + tail]) {
      expectRefused(heap, () => heap.free(foreign), ForeignAddressError, 'HAKMEM_FOREIGN');
    }
  });

  it('what is no address at all', () => {
    const heap = heapOf();
    const address = heap.malloc(64);
    for (const wrong of [
      -16,
      -address,
      1.5,
      address + 0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 32,
      2 ** 32 + address,
      2 ** 53,
    ]) {
      expectRefused(heap, () => heap.free(wrong), ArgumentError, 'HAKMEM_ARGUMENT');
    }
    for (const wrong of [undefined, null, '16', {}, [address], 16n, true]) {
      expectRefused(heap, () => heap.free(wrong as never), ArgumentError, 'HAKMEM_ARGUMENT');
    }
    heap.free(address);
  });

  it('address 0 is ignored, as in C', () => {
    const heap = heapOf();
    expect(() => heap.free(0)).not.toThrow();
    expect(() => heap.free(-0)).not.toThrow();
  });

  it('typed arrays: of another buffer, and one that starts inside a block', () => {
    const heap = heapOf();
    const array = heap.allocArray(Float64Array, 10) as Float64Array;
    expectRefused(heap, () => heap.free(new Float64Array(10)), ArgumentError, 'HAKMEM_ARGUMENT');
    expectRefused(heap, () => heap.free(array.subarray(2)), InteriorAddressError, 'HAKMEM_INTERIOR');
    heap.free(array);
    expectRefused(heap, () => heap.free(array), DoubleFreeError, 'HAKMEM_DOUBLE_FREE');
  });
});

describe('arguments that no heap could serve', () => {
  const heap = heapOf();
  const wrong: readonly unknown[] = [
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 32 + 1,
    '8',
    undefined,
    null,
    {},
    8n,
  ];
  const calls: Readonly<Record<string, (value: never) => unknown>> = {
    malloc: (value) => heap.malloc(value),
    'calloc count': (value) => heap.calloc(value, 1),
    'calloc bytes': (value) => heap.calloc(1, value),
    'realloc bytes': (value) => heap.realloc(0, value),
    'alignedAlloc alignment': (value) => heap.alignedAlloc(value, 1),
    'alignedAlloc bytes': (value) => heap.alignedAlloc(64, value),
    'allocArray length': (value) => heap.allocArray(Uint8Array, value),
    'view length': (value) => heap.view(Uint8Array, heap.malloc(16), value),
    'view address': (value) => heap.view(Uint8Array, value, 1),
    usableSize: (value) => heap.usableSize(value),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`${name} throws a RangeError that names the argument and the value`, () => {
      for (const value of name === 'malloc' ? wrong.filter((each) => typeof each !== 'bigint') : wrong) {
        expect(() => call(value as never)).toThrow(RangeError);
        expect(() => call(value as never)).toThrow(ArgumentError);
      }
      expectSound(heap);
    });
  }

  it('a BigInt as the size of malloc throws a TypeError', () => {
    expect(() => heap.malloc(8n as never)).toThrow(TypeError);
    expectSound(heap);
  });

  it('alignments that are no power of two, products beyond 4 GiB', () => {
    for (const alignment of [0, 3, 24, 65_537]) expect(() => heap.alignedAlloc(alignment, 8)).toThrow(/alignment/);
    expect(() => heap.calloc(2 ** 31, 4)).toThrow(/count × bytes/);
    expect(() => heap.allocArray(Float64Array, 2 ** 30)).toThrow(/length/);
    expectSound(heap);
  });
});

describe('a destroyed heap', () => {
  for (const name of ['shared', 'local', 'wasm, growing'] as const) {
    it(`${name}: every call throws a DestroyedError`, () => {
      const heap = (COMPOSITIONS[name] as () => Heap)();
      const address = heap.malloc(100);
      heap.destroy();
      heap.destroy();
      const calls = [
        () => heap.malloc(100),
        () => heap.malloc(10_000),
        () => heap.malloc(1_000_000),
        () => heap.free(address),
        () => heap.realloc(address, 5),
        () => heap.calloc(1, 5),
        () => heap.usableSize(address),
        () => heap.view(Uint8Array, address, 1),
        () => heap.stats(),
        () => heap.verify(),
        () => heap.walk(() => undefined),
        () => heap.collect(),
      ];
      for (const call of calls) expect(call).toThrow(DestroyedError);
    });
  }

  it('`using` destroys at the end of the block', () => {
    let outside: Heap;
    {
      using heap = heapOf({ memory: 'local' });
      outside = heap;
      expect(heap.malloc(8)).not.toBe(0);
    }
    expect(() => outside.malloc(8)).toThrow(DestroyedError);
    expect(outside.buffer.byteLength).toBe(0);
  });
});

/** What a second free is called: the slab may have gone in the meantime. */
function codeOfFreed(heap: Heap, address: number): string {
  try {
    heap.usableSize(address);
  } catch (error) {
    return (error as { code: string }).code === 'HAKMEM_NOT_LIVE' ? 'HAKMEM_DOUBLE_FREE' : 'HAKMEM_FOREIGN';
  }
  return 'live';
}
