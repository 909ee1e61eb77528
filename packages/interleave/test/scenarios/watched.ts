/** One thread calls what `params` names on a watched array of 1, 2, 3, 4; the other does nothing. */

import { type Context, defineScenario, watch } from '@hakmem/interleave';

export const CALLS = {
  'read and write': (a: Int32Array) => {
    a[1] += 5;
    return a[1];
  },
  'out of range': (a: Int32Array) => a[99],
  increment: (a: Int32Array) => a[0]++,
  fill: (a: Int32Array) => Array.from(a.fill(9, 1, 3).subarray(1, 2)),
  copyWithin: (a: Int32Array) => a.copyWithin(0, 2).length,
  set: (a: Int32Array) => a.set([8, 8], 2),
  'set from watched': (a: Int32Array) => a.subarray(0, 2).set(a.subarray(2, 4)),
  indexOf: (a: Int32Array) => a.indexOf(3),
  slice: (a: Int32Array) => Array.from(a.slice(1, 3)),
  map: (a: Int32Array) => Array.from(a.map((x) => x * 2)),
  subarray: (a: Int32Array) => a.subarray(2)[1],
  'for of': (a: Int32Array) => {
    let sum = 0;
    for (const x of a) sum += x;
    return sum;
  },
  atomics: (a: Int32Array) => Atomics.add(a, 3, 1),
  properties: (a: Int32Array) => [
    ...[a.length, a.byteOffset, a.byteLength, a.BYTES_PER_ELEMENT, a instanceof Int32Array],
    a.buffer instanceof SharedArrayBuffer,
  ],
} satisfies Record<string, (array: Int32Array) => unknown>;

export type Call = keyof typeof CALLS;

interface State {
  readonly words: Int32Array;
}

export default defineScenario<State, Call>({
  setup() {
    const words = new Int32Array(new SharedArrayBuffer(16));
    words.set([1, 2, 3, 4]);
    return { words };
  },
  threads: [
    {
      prepare: ({ words }) => watch(words),
      run: (words: Int32Array, _, { params }: Context<Call>) => CALLS[params](words),
    },
  ],
  check: () => undefined,
});
