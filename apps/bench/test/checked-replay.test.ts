import { expect, it } from 'vitest';
import { benchHeap, checkedHeap } from '../src/allocators/hakmem.js';
import { replayChecked } from '../src/replay-checked.js';
import { readTrace } from '../src/trace.js';

const MAX_BYTES = 64 * 1024 * 1024;

it.each([
  ['sqlite', 'shared', 16],
  ['sqlite', 'local', 16],
  ['ffmpeg', 'shared', 4],
  ['ffmpeg', 'local', 4],
] as const)('%s on a %s heap keeps every rule', (name, memory, closed) => {
  const heap = benchHeap({ memory, maxBytes: MAX_BYTES });
  expect(replayChecked(readTrace(name), checkedHeap(heap, MAX_BYTES))).toMatchObject({ checkpoints: 100, closed });
  heap.destroy();
});
