// The address spaces that every clause of SPACE is proved for, each made with a given number of pages.

import { type AddressSpace, type Capabilities, PAGE_BYTES } from '@hakmem/contracts';
import { localMemory, sharedMemory, wasmMemory } from '../../src/index.js';

export interface Case {
  readonly name: string;
  readonly kind: AddressSpace['kind'];
  readonly shared: boolean;
  /** Its capabilities, but for those that all spaces have. */
  readonly can: Pick<Capabilities, 'grows' | 'shrinks' | 'zeroed' | 'retries'>;
  /** A space of `pages` pages, 8 or more. */
  make(pages: number): AddressSpace;
}

const FIXED = { grows: false, shrinks: false, zeroed: true, retries: false };

export const cases: readonly Case[] = [
  {
    name: 'shared',
    kind: 'shared',
    shared: true,
    can: FIXED,
    make: (pages) => sharedMemory({ maxBytes: pages * PAGE_BYTES }),
  },
  {
    name: 'local',
    kind: 'local',
    shared: false,
    can: { ...FIXED, grows: true, shrinks: true },
    make: (pages) => localMemory({ maxBytes: pages * PAGE_BYTES }),
  },
  {
    name: 'wasm',
    kind: 'wasm',
    shared: false,
    can: { ...FIXED, grows: true },
    make: (pages) => wasmMemory(new WebAssembly.Memory({ initial: 1 }), { maxBytes: pages * PAGE_BYTES }),
  },
  {
    name: 'wasm shared',
    kind: 'wasm',
    shared: true,
    can: { ...FIXED, grows: true, retries: true },
    make: (pages) =>
      wasmMemory(new WebAssembly.Memory({ initial: 2, maximum: pages + 1, shared: true }), {
        maxBytes: pages * PAGE_BYTES,
      }),
  },
  {
    name: 'wasm region',
    kind: 'wasm',
    shared: false,
    can: { ...FIXED, zeroed: false },
    make: (pages) =>
      wasmMemory(new WebAssembly.Memory({ initial: pages + 1 }), {
        start: 3 * PAGE_BYTES,
        end: pages * PAGE_BYTES,
      }),
  },
];

/** Writes a stamp to the first and last byte of a page. */
export function stamp(space: AddressSpace, page: number, value: number): void {
  const bytes = space.bytes();
  bytes[page * PAGE_BYTES] = value;
  bytes[(page + 1) * PAGE_BYTES - 1] = value;
}

/** The first and last byte of a page. */
export function stamps(space: AddressSpace, page: number): [number | undefined, number | undefined] {
  const bytes = space.bytes();
  return [bytes[page * PAGE_BYTES], bytes[(page + 1) * PAGE_BYTES - 1]];
}
