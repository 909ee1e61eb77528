/**
 * A writer changes two words, one after the other; a reaper that starts when the writer is over makes the second like the
 * first; a bystander counts on a third word all the while. Without `params.reaped` the reaper does nothing.
 */

import { type Context, defineScenario } from '@hakmem/interleave';

interface State {
  readonly pair: Int32Array;
  readonly count: Int32Array;
}

type Params = { readonly reaped: boolean };

export default defineScenario<State, Params>({
  setup: () => ({
    pair: new Int32Array(new SharedArrayBuffer(8)),
    count: new Int32Array(new SharedArrayBuffer(4)),
  }),
  threads: [
    {
      name: 'writer',
      run(_, { pair, count }) {
        try {
          Atomics.store(pair, 0, 7);
          Atomics.store(pair, 1, 7);
        } finally {
          // A step: one that is ended does not make it.
          Atomics.add(count, 0, 100);
        }
      },
    },
    {
      name: 'reaper',
      startsWhenEnded: 0,
      run(_, { pair }, { params }: Context<Params>) {
        if (params.reaped) Atomics.store(pair, 1, Atomics.load(pair, 0));
      },
    },
    {
      name: 'bystander',
      run(_, { count }) {
        for (let i = 0; i < 3; i++) Atomics.add(count, 0, 1);
      },
    },
  ],
  check: ({ pair }) => (pair[0] === pair[1] ? undefined : `the pair is ${pair}`),
});
