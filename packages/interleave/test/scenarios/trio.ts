/** Three threads that add to one word, `params[thread]` times each. */

import { type Context, defineScenario } from '@hakmem/interleave';

const thread = {
  run(_: unknown, words: Int32Array, { params, thread }: Context<readonly number[]>): void {
    for (let i = 0; i < params[thread]; i++) Atomics.add(words, 0, 1);
  },
};

export default defineScenario<Int32Array, readonly number[]>({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  threads: [thread, thread, thread],
  check: (words, _, { params }) => (words[0] === params[0] + params[1] + params[2] ? undefined : `sum ${words[0]}`),
});
