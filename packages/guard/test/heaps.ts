/** Heaps over the three memories, and a hand that writes where it has no right to. */

import { createHeap, type Heap, type SharedHeap, wasmMemory } from 'hakmem';
import { afterEach } from 'vitest';

export const MIB = 1_048_576;
export const MEMORIES = ['shared', 'local', 'wasm'] as const;
export type MemoryKind = (typeof MEMORIES)[number];

const heaps: Heap[] = [];

/** A heap that is destroyed after the test. */
export function newHeap(memory: MemoryKind = 'shared', maxBytes: number = 64 * MIB): Heap {
  const pages = maxBytes / 65_536;
  const space = (): ReturnType<typeof wasmMemory> =>
    wasmMemory(new WebAssembly.Memory({ initial: 2, maximum: pages }), { maxBytes });
  const heap = createHeap(memory === 'wasm' ? { memory: space(), env: false } : { memory, maxBytes, env: false });
  heaps.push(heap);
  return heap;
}

afterEach(() => {
  for (const heap of heaps.splice(0)) heap.destroy();
});

/** The same, over shared memory, for several threads. */
export function newShared(maxBytes: number = 64 * MIB): SharedHeap {
  const heap = createHeap({ memory: 'shared', maxBytes, env: false });
  heaps.push(heap);
  return heap;
}

/** Writes one byte anywhere. */
export function poke(heap: { readonly buffer: ArrayBufferLike }, address: number, byte: number): void {
  new Uint8Array(heap.buffer)[address] = byte;
}

export function peek(heap: { readonly buffer: ArrayBufferLike }, address: number): number {
  return new Uint8Array(heap.buffer)[address];
}

/** Flips bits of one byte, so that it is certainly another. */
export function flip(heap: { readonly buffer: ArrayBufferLike }, address: number): number {
  const byte = peek(heap, address) ^ 0x15;
  poke(heap, address, byte);
  return byte;
}

/** What `work` throws. */
export function thrown(work: () => unknown): Error & Record<string, unknown> {
  try {
    work();
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('nothing was thrown');
}
