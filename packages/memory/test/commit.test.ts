/** Two threads grow one memory at once: another one's growth, seen in the middle of a commit, is no reason to say false. */

import { clause, PAGE_BYTES } from '@hakmem/contracts';
import { expect, test } from 'vitest';
import { wasmMemory } from '../src/index.js';

test(`${clause('SPACE-2')} (another thread grows the memory in the middle of it)`, () => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 8, shared: true });
  const space = wasmMemory(memory);
  const grow = memory.grow.bind(memory);
  let meanwhile = 6;
  Object.defineProperty(memory, 'grow', {
    value: (pages: number) => {
      if (meanwhile > 0) grow(meanwhile);
      meanwhile = 0;
      return grow(pages);
    },
  });
  expect(space.commit(8)).toBe(true);
  expect(memory.buffer.byteLength).toBe(8 * PAGE_BYTES);
});

test('another thread grows it by a part of what is wanted: the rest is asked for', () => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 8, shared: true });
  const space = wasmMemory(memory);
  const grow = memory.grow.bind(memory);
  let meanwhile = 3;
  Object.defineProperty(memory, 'grow', {
    value: (pages: number) => {
      const more = meanwhile;
      meanwhile = 0;
      if (more > 0) grow(more);
      return grow(pages);
    },
  });
  expect(space.commit(8)).toBe(true);
});
