import { watch } from '@hakmem/interleave';
import { expect, test } from 'vitest';
import { open } from './open.ts';
import type { Call } from './scenarios/watched.ts';

const reads = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `read ${from + i}`);

const expected: Record<Call, [steps: string[], answer: unknown, words: number[]]> = {
  'read and write': [['read 1', 'write 1', 'read 1'], 7, [1, 7, 3, 4]],
  'out of range': [[], undefined, [1, 2, 3, 4]],
  increment: [['read 0', 'write 0'], 1, [2, 2, 3, 4]],
  fill: [['write 0+4', 'read 1'], [9], [1, 9, 9, 4]],
  copyWithin: [['write 0+4'], 4, [3, 4, 3, 4]],
  set: [['write 0+4'], undefined, [1, 2, 8, 8]],
  'set from watched': [['write 0+2'], undefined, [3, 4, 3, 4]],
  indexOf: [reads(0, 3), 2, [1, 2, 3, 4]],
  slice: [['read 0+4'], [2, 3], [1, 2, 3, 4]],
  map: [['read 0+4'], [2, 4, 6, 8], [1, 2, 3, 4]],
  subarray: [['read 3'], 4, [1, 2, 3, 4]],
  'for of': [reads(0, 4), 10, [1, 2, 3, 4]],
  atomics: [['add 3'], 4, [1, 2, 3, 5]],
  properties: [[], [4, 0, 16, 4, true, true], [1, 2, 3, 4]],
};

const explorer = await open('watched');

test.each(Object.entries(expected))('%s on a watched array', async (params, [steps, answer, words]) => {
  const { trace, outcome, state, failure } = await explorer.run({ params });
  expect(failure).toBeNull();
  const made = trace.map(({ op, index, length }) => `${op} ${index}${length > 1 ? `+${length}` : ''}`);
  expect(made).toEqual(steps);
  expect(trace.every(({ array }) => array === 'words')).toBe(true);
  expect(outcome.results).toEqual([answer]);
  expect([...(state as { words: Int32Array }).words]).toEqual(words);
});

test('watch gives the array itself where nothing is explored', () => {
  const array = new Int32Array(2);
  expect(watch(array)).toBe(array);
});
