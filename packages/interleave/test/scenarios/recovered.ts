/** A writer of two words; what it leaves when it is ended is repaired by the controller. */

import { defineScenario } from '@hakmem/interleave';

export default defineScenario<{ readonly pair: Int32Array }>({
  setup: () => ({ pair: new Int32Array(new SharedArrayBuffer(8)) }),
  threads: [
    {
      run(_, { pair }) {
        Atomics.store(pair, 0, 7);
        Atomics.store(pair, 1, 7);
      },
    },
  ],
  recover({ pair }, { ended }) {
    if (ended.length > 0) pair[1] = pair[0];
  },
  check: ({ pair }) => (pair[0] === pair[1] ? undefined : `the pair is ${pair}`),
});
