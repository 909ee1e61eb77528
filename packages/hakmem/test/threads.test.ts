/**
 * Many threads on one heap, in one: each attached heap stands for a thread, and what they do is done in turn. So every step can
 * be followed by a full check. What happens at the same time is the business of interleavings and of the stress run.
 */

import { clause } from '@hakmem/contracts';
import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  AttachError,
  attachHeap,
  compose,
  createHeap,
  DestroyedError,
  DetachedError,
  DoubleFreeError,
  ForeignAddressError,
  type Heap,
  type HeapHandle,
  InteriorAddressError,
  localMemory,
  MisalignedAddressError,
  OptionError,
  SharedHeap,
  sharedMemory,
  wasmMemory,
} from '../src/index.ts';
import { expectSound, generator, heapOf, MIB } from './support.ts';

/** What `postMessage` makes of a handle. */
function sent(handle: HeapHandle): HeapHandle {
  return structuredClone(handle);
}

function liveBlocks(heap: Heap): number[] {
  const live: number[] = [];
  heap.walk((address) => live.push(address));
  return live;
}

describe(clause('HEAP-7'), () => {
  it('attached threads see the same blocks and have numbers of their own', () => {
    const one = heapOf();
    const two = attachHeap(sent(one.handle));
    expect([one.threadId, two.threadId]).toEqual([1, 2]);
    const address = one.malloc(100);
    one.u8(address, 3).set([1, 2, 3]);
    expect([...two.u8(address, 3)]).toEqual([1, 2, 3]);
    expect(liveBlocks(two)).toEqual([address]);
    expect(two.usableSize(address)).toBe(one.usableSize(address));
    expectSound(one);
    expectSound(two);
  });

  it('over a shared WebAssembly.Memory, which either thread grows', () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 1_024, shared: true });
    const one = heapOf({ memory: wasmMemory(memory, { shared: true }), prewarmCount: 0 });
    const two = attachHeap(sent(one.handle));
    const address = two.malloc(5 * MIB);
    one.u8(address, 5 * MIB)[5 * MIB - 1] = 7;
    expect(two.u8(address + 5 * MIB - 1, 1)[0]).toBe(7);
    one.free(address);
    expectSound(two);
  });

  it('attaches in less than a millisecond, once the code is warm', () => {
    const one = heapOf();
    const { handle } = one;
    const times = Array.from({ length: 50 }, () => {
      const started = performance.now();
      const two = attachHeap(handle);
      const took = performance.now() - started;
      two.detach();
      return took;
    });
    expect(times.sort((a, b) => a - b)[25]).toBeLessThan(1);
  });

  it('a thread has less than 400 KB for itself, and stats says how much', () => {
    const { threads } = createHeap({ maxBytes: 2 ** 32, env: false }).stats();
    expect(threads.bytesEach).toBeGreaterThan(40_000);
    expect(threads.bytesEach).toBeLessThan(400_000);
    expect(threads.attached).toEqual([1]);
    expect(threads.limit).toBe(255);
  });

  it('255 threads and no more; the number of one that has left is given again', () => {
    const one = heapOf({ maxBytes: 64 * MIB });
    const others = Array.from({ length: 254 }, () => attachHeap(one.handle));
    expect(others.at(-1)?.threadId).toBe(255);
    expect(() => attachHeap(one.handle)).toThrow(AttachError);
    const blocks = others.map((heap) => heap.malloc(64));
    expect(new Set(blocks).size).toBe(254);
    expectSound(one);
    others[99]?.detach();
    expect(attachHeap(one.handle).threadId).toBe(101);
    expectSound(one);
  });

  it('maxThreads bounds them', () => {
    const one = heapOf({ maxThreads: 2 });
    attachHeap(one.handle);
    expect(() => attachHeap(one.handle)).toThrow(/all 2 threads/);
    expect(() => heapOf({ maxThreads: 256 })).toThrow(OptionError);
    expect(() => heapOf({ memory: 'local', maxThreads: 2 })).toThrow(OptionError);
  });
});

describe('what cannot attach', () => {
  const one = compose({ memory: sharedMemory({ maxBytes: 4 * MIB }), warm: null });
  const { handle } = one;

  it('a heap for one thread: it has no handle, and none of the calls that need other threads', () => {
    const local = compose({ memory: localMemory({ maxBytes: 4 * MIB }) });
    for (const heap of [local, heapOf({ maxThreads: 1 }), heapOf({ memory: 'local' })]) {
      expect(heap).not.toBeInstanceOf(SharedHeap);
      for (const absent of ['handle', 'detach', 'reap', 'watch']) expect(absent in heap, absent).toBe(false);
      const { handle } = heap as unknown as SharedHeap;
      expect(() => attachHeap(handle)).toThrow(ArgumentError);
    }
    for (const present of ['handle', 'detach', 'reap', 'watch']) expect(present in one, present).toBe(true);
  });

  it('another composition, by the box that differs', () => {
    expect(() => attachHeap(handle)).toThrow(/warm: the heap has none with 0 words, this thread composes warm-pool/);
    expect(attachHeap(handle, { warm: null }).threadId).toBe(2);
  });

  it('another layout version', () => {
    expect(() => attachHeap({ ...handle, hakmem: 1 }, { warm: null })).toThrow(/layout version 1, this hakmem has 3/);
  });

  it('another control buffer, another memory', () => {
    const control = new SharedArrayBuffer(handle.control.byteLength);
    expect(() => attachHeap({ ...handle, control }, { warm: null })).toThrow(/not of the heap of the handle/);
    const memory = sharedMemory({ maxBytes: 2 * MIB });
    expect(() => attachHeap(handle, { warm: null, memory })).toThrow(
      /the heap has pages 1 to 64, this thread gives pages 1 to 32/,
    );
    expect(() => attachHeap({ ...handle, memory: { ...handle.memory, kind: 'disk' } }, { warm: null })).toThrow(
      ArgumentError,
    );
  });

  it('what is no handle', () => {
    for (const wrong of [undefined, null, 7, {}, { hakmem: 3 }]) {
      expect(() => attachHeap(wrong as never)).toThrow(ArgumentError);
    }
  });

  it('a heap that was destroyed', () => {
    const gone = heapOf();
    const last = gone.handle;
    gone.destroy();
    expect(() => attachHeap(last)).toThrow(DestroyedError);
    expect(() => gone.handle).toThrow(DestroyedError);
  });
});

describe(clause('HEAP-8'), () => {
  it('any thread frees any block, tiny, mid and large, and the owner uses it again', () => {
    const one = heapOf({ prewarmCount: 0 });
    const two = attachHeap(one.handle);
    for (const bytes of [16, 100, 1_024, 5_000, 100_000, 262_144, 300_000]) {
      const blocks = Array.from({ length: 40 }, () => one.malloc(bytes)).filter((address) => address !== 0);
      for (const address of blocks) two.free(address);
      expect(liveBlocks(one)).toEqual([]);
      expectSound(one);
      const again = Array.from({ length: blocks.length }, () => one.malloc(bytes));
      expect(again.includes(0)).toBe(false);
      expect(new Set(again).size).toBe(again.length);
      for (const address of again) one.free(address);
      expectSound(two);
    }
  });

  it('each wrong free throws its own error in the thread that makes it', () => {
    const one = heapOf();
    const two = attachHeap(one.handle);
    for (const bytes of [100, 5_000, 300_000]) {
      const address = one.malloc(bytes);
      expect(() => two.free(address + 16)).toThrow(InteriorAddressError);
      expect(() => two.free(address + 8)).toThrow(MisalignedAddressError);
      two.free(address);
      expect(() => two.free(address)).toThrow(DoubleFreeError);
      expect(() => one.free(address)).toThrow(DoubleFreeError);
    }
    expect(() => two.free(14 * MIB)).toThrow(ForeignAddressError);
    expectSound(one);
  });

  it('realloc moves a block of another thread into a slab of the caller', () => {
    const one = heapOf();
    const two = attachHeap(one.handle);
    const address = one.malloc(64);
    one.u8(address, 64).fill(9);
    const moved = two.realloc(address, 4_000);
    expect([...two.u8(moved, 64)]).toEqual(Array(64).fill(9));
    expect(liveBlocks(one)).toEqual([moved]);
    const large = two.realloc(one.malloc(400_000), 800_000);
    expect(one.usableSize(large)).toBeGreaterThanOrEqual(800_000);
    expectSound(one);
  });

  it('an owner is told once per slab', () => {
    const one = heapOf({ prewarmCount: 0 });
    const two = attachHeap(one.handle);
    const blocks = Array.from({ length: 1_000 }, () => one.malloc(64));
    const slabs = new Set(blocks.map((address) => address >>> 16)).size;
    for (const address of blocks) two.free(address);
    expect(one.stats().threads.told).toBe(slabs);
  });

  it('slabs that others have emptied go back though their class is not asked for again', () => {
    const one = heapOf({ prewarmCount: 0 });
    const two = attachHeap(one.handle);
    const blocks = Array.from({ length: 5_000 }, () => one.malloc(512));
    for (const address of blocks) two.free(address);
    expect(one.stats().classes.find(({ blockBytes }) => blockBytes === 512)?.slabs).toBeGreaterThan(30);
    for (let i = 0; i < 2_000; i++) one.malloc(1_024); // asks for new slabs of another class
    const left = one.stats().classes.find(({ blockBytes }) => blockBytes === 512)?.slabs ?? 0;
    expect(left).toBeLessThanOrEqual(1);
    expectSound(two);
  });

  it('collect gives back slabs that a refill has kept though nothing in them is live', () => {
    const one = heapOf({ prewarmCount: 0 });
    const two = attachHeap(one.handle);
    for (const address of Array.from({ length: 5_000 }, () => one.malloc(64))) two.free(address);
    for (const address of Array.from({ length: 201 }, () => one.malloc(64))) one.free(address);
    two.detach();
    one.collect();
    expect(one.stats().bytes.room).toBe(0);
    expectSound(one);
  });

  it('before memory is given up as exhausted the news of all classes are taken', () => {
    const one = createHeap({ maxBytes: 4 * MIB, env: false, prewarmCount: 0 });
    const two = attachHeap(one.handle);
    for (let round = 0; round < 20; round++) {
      const bytes = [64, 1_024, 9_000, 48, 300, 200_000][round % 6] as number;
      const blocks: number[] = [];
      for (let address = one.malloc(bytes); address !== 0; address = one.malloc(bytes)) blocks.push(address);
      expect(blocks.length * bytes, `round ${round}`).toBeGreaterThan(2.5 * MIB);
      for (const address of blocks) two.free(address);
    }
    expectSound(one);
  });
});

describe(clause('HEAP-9'), () => {
  it('what a thread that detached held is used by others; its blocks stay live', () => {
    const one = heapOf({ prewarmCount: 0 });
    const two = attachHeap(one.handle);
    const blocks = [24, 300, 5_000, 100_000, 500_000].flatMap((bytes) => [two.malloc(bytes), two.malloc(bytes)]);
    for (const address of blocks.splice(1, 1)) two.free(address);
    two.detach();
    expectSound(one);
    expect(liveBlocks(one)).toEqual([...blocks].sort((a, b) => a - b));
    const before = one.stats().stages.adopted;
    one.malloc(300);
    expect(one.stats().stages.adopted).toBe(before + 1);
    for (const address of blocks) one.free(address);
    expectSound(one);
    one.collect({ force: true });
    expect(one.stats().bytes.live).toBe(one.usableSize(liveBlocks(one)[0] as number));
    expect(one.stats().stages.emptySlots).toBe(0);
  });

  it('a detached heap refuses every call', () => {
    const one = heapOf();
    const two = attachHeap(one.handle);
    const mine = two.malloc(64);
    const other = one.malloc(64);
    two.detach();
    for (const call of [
      () => two.malloc(64),
      () => two.malloc(5_000),
      () => two.malloc(MIB),
      () => two.calloc(1, 1),
      () => two.free(mine),
      () => two.free(other),
      () => two.realloc(mine, 100),
      () => two.usableSize(mine),
      () => two.u8(mine, 1),
      () => two.stats(),
      () => two.verify(),
      () => two.collect(),
      () => two.walk(() => true),
      () => two.handle,
      () => two.detach(),
      () => two.reap(1),
    ]) {
      expect(call).toThrow(DetachedError);
    }
    expect(liveBlocks(one)).toHaveLength(2);
    expectSound(one);
  });

  it('the founder may leave and the others go on', () => {
    const one = heapOf();
    const two = attachHeap(one.handle);
    const address = one.malloc(64);
    one.detach();
    two.free(address);
    for (let i = 0; i < 1_000; i++) two.malloc(i);
    expectSound(two);
    expect(two.stats().threads.attached).toEqual([2]);
  });

  it('`using` detaches a thread that attached and destroys the heap of one that made it', () => {
    const one = heapOf();
    {
      using two = attachHeap(one.handle);
      two.malloc(64);
    }
    expect(one.stats().threads.attached).toEqual([1]);
    one[Symbol.dispose]();
    expect(() => one.malloc(64)).toThrow(DestroyedError);
  });

  it('a destroyed heap ends for the others when their caches have nothing left', () => {
    const one = heapOf();
    const two = attachHeap(one.handle);
    one.destroy();
    expect(() => two.malloc(64)).toThrow(DestroyedError);
    expect(() => two.malloc(5_000)).toThrow(DestroyedError);
  });

  it('a thousand threads that come and go leave no trace', () => {
    const one = heapOf({ prewarmCount: 0 });
    const { handle } = one;
    for (let i = 0; i < 1_000; i++) {
      const two = attachHeap(handle);
      const blocks = [two.malloc(64), two.malloc(1_000), two.malloc(20_000), two.malloc(300_000)];
      if (i % 2 === 0) for (const address of blocks) two.free(address);
      two.detach();
      if (i % 2 === 1) for (const address of blocks) one.free(address);
    }
    expectSound(one);
    expect(one.stats().superSlabs.peak).toBeLessThanOrEqual(2);
    expect(liveBlocks(one)).toEqual([]);
  });
});

describe(clause('HEAP-10'), () => {
  it('reap gives back what a dead thread had, once', () => {
    const one = heapOf({ prewarmCount: 0 });
    const two = attachHeap(one.handle);
    const three = attachHeap(one.handle);
    const blocks = [50, 3_000, 400_000].map((bytes) => two.malloc(bytes));
    for (let i = 0; i < 500; i++) three.free(two.malloc(80));
    expect(one.reap(two.threadId)).toBe(true);
    expect(one.reap(two.threadId)).toBe(false);
    expectSound(three);
    expect(liveBlocks(one)).toEqual([...blocks].sort((a, b) => a - b));
    for (const address of blocks) three.free(address);
    expect(attachHeap(one.handle).threadId).toBe(2);
    expectSound(one);
  });

  it('refuses its own number and what is none', () => {
    const one = heapOf();
    expect(() => one.reap(1)).toThrow(/detach/);
    for (const wrong of [0, 256, 1.5, Number.NaN]) expect(() => one.reap(wrong)).toThrow(ArgumentError);
    expect(one.reap(77)).toBe(false);
  });

  it('watch wants a running Worker', () => {
    const one = heapOf();
    for (const wrong of [null, {}, { threadId: -1, once: () => undefined }]) {
      expect(() => one.watch(wrong as never)).toThrow(ArgumentError);
    }
  });
});

describe('as: one thread number for several callers that take turns', () => {
  it('they share its caches, and closing one ends nothing', () => {
    const one = heapOf();
    const alias = attachHeap(one.handle, { as: 1 });
    const address = one.malloc(64);
    alias.free(address);
    expect(one.malloc(64)).toBe(address);
    alias.detach();
    one.free(address);
    expectSound(one);
    expect(() => attachHeap(one.handle, { as: 3 })).toThrow(ArgumentError);
  });
});

describe('a model of four threads', () => {
  for (const seed of [1, 2, 3]) {
    it(`every equation holds after every step, seed ${seed}`, { timeout: 60_000 }, () => {
      const random = generator(seed * 7_919);
      const one = heapOf({ prewarmCount: 0, drainInterval: 64, warmPoolSize: 1 + random(16) });
      const { handle } = one;
      const threads: SharedHeap[] = [one];
      const live = new Map<number, number>();
      for (let step = 0; step < 3_000; step++) {
        const heap = threads[random(threads.length)] as SharedHeap;
        const what = random(100);
        if (what < 45) {
          const bytes = random(random(10) === 0 ? 700_000 : random(3) === 0 ? 60_000 : 1_100);
          const address = heap.malloc(bytes);
          if (address !== 0) {
            expect(live.has(address)).toBe(false);
            live.set(address, bytes);
          }
        } else if (what < 92) {
          const addresses = [...live.keys()];
          const burst = Math.min(addresses.length, random(4) === 0 ? random(60) : 1);
          for (let i = 0; i < burst; i++) {
            const address = addresses.splice(random(addresses.length), 1)[0] as number;
            heap.free(address);
            live.delete(address);
          }
        } else if (what < 94) {
          if (threads.length < 4) threads.push(attachHeap(handle));
        } else if (what < 96) {
          if (threads.length > 1) (threads.splice(random(threads.length), 1)[0] as SharedHeap).detach();
        } else if (what < 98) {
          if (threads.length > 1) {
            const dead = threads.splice(random(threads.length), 1)[0] as SharedHeap;
            (threads[0] as SharedHeap).reap(dead.threadId);
          }
        } else heap.collect({ force: what === 99 });
        if (step % 7 === 0 || what >= 92) {
          const witness = threads[random(threads.length)] as SharedHeap;
          expectSound(witness);
          expect(liveBlocks(witness)).toEqual([...live.keys()].sort((a, b) => a - b));
        }
      }
      const last = threads[0] as Heap;
      for (const address of live.keys()) last.free(address);
      for (const heap of threads) heap.collect({ force: true });
      expectSound(last);
      expect(last.stats().stages.emptySlots).toBe(0);
      expect(last.stats().bytes.room + last.stats().bytes.cached).toBe(0);
    });
  }
});
