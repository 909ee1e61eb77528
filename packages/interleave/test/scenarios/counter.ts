/** Each thread adds to one word, `params.steps[thread]` times, in the way that `params.by` says. */

import { type Context, defineScenario, watch } from '@hakmem/interleave';

export interface CounterParams {
  readonly by: 'add' | 'load and store' | 'plain' | 'watched';
  readonly times: readonly number[];
}

interface State {
  readonly words: Int32Array;
}

const thread = {
  prepare: ({ words }: State, { params }: Context<CounterParams>) => (params.by === 'watched' ? watch(words) : words),
  run(words: Int32Array, _: State, { params, thread }: Context<CounterParams>): number {
    for (let i = 0; i < params.times[thread]; i++) {
      if (params.by === 'add') Atomics.add(words, 0, 1);
      else if (params.by === 'load and store') Atomics.store(words, 0, Atomics.load(words, 0) + 1);
      else words[0]++;
    }
    return params.times[thread];
  },
};

export default defineScenario<State, CounterParams>({
  setup: () => ({ words: new Int32Array(new SharedArrayBuffer(8)) }),
  threads: [
    { name: 'left', ...thread },
    { name: 'right', ...thread },
  ],
  check({ words }, { results }) {
    const sum = Number(results[0]) + Number(results[1]);
    return words[0] === sum ? undefined : `the sum is ${words[0]}, not ${sum}`;
  },
});
