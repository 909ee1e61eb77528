/** The last bytes of the largest heap: their end is no 32-bit number any more. */

import { sharedMemory } from '@hakmem/memory';
import { describe, expect, it } from 'vitest';
import { Contents } from '../src/contents.ts';

const END = 2 ** 32;

describe('at the end of 4 GiB', () => {
  const space = sharedMemory({ maxBytes: END });
  const contents = new Contents(space);
  const at = (address: number, bytes: number) => new Uint8Array(space.buffer, address, bytes);

  it.each([16, 64, 80, 320])('%i bytes are copied, and zeroed', (bytes) => {
    at(65_536, bytes).fill(7);
    contents.copy(END - bytes, 65_536, bytes);
    expect(at(END - bytes, bytes).every((byte) => byte === 7)).toBe(true);
    contents.zero(END - bytes, bytes);
    expect(at(END - bytes, bytes).every((byte) => byte === 0)).toBe(true);
  });
});
