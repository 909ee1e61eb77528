// Two threads that add to one word `params` times each. Plain JavaScript: the bench measures the build, in plain Workers.

import { defineScenario } from '@hakmem/interleave';

const adder = {
  run(_, { words }, { params }) {
    for (let i = 0; i < params; i++) Atomics.add(words, 0, 1);
  },
};

export default defineScenario({
  setup: () => ({ words: new Int32Array(new SharedArrayBuffer(4)) }),
  threads: [adder, adder],
  check: ({ words }, _, { params }) => (words[0] === 2 * params ? undefined : `the sum is ${words[0]}`),
});
