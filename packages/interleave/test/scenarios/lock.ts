/** Peterson's lock (1981), and with `params.broken` one that gives precedence before it asks. */

import { type Context, defineScenario } from '@hakmem/interleave';

interface State {
  readonly wants: Int32Array;
  readonly turn: Int32Array;
  readonly inside: Int32Array;
}

const thread = {
  run(_: unknown, { wants, turn, inside }: State, { thread: me, params }: Context<{ broken: boolean }>): boolean {
    const other = 1 - me;
    if (params.broken) Atomics.store(turn, 0, other);
    Atomics.store(wants, me, 1);
    if (!params.broken) Atomics.store(turn, 0, other);
    while (Atomics.load(wants, other) === 1 && Atomics.load(turn, 0) === other);
    const alone = Atomics.add(inside, 0, 1) === 0;
    Atomics.sub(inside, 0, 1);
    Atomics.store(wants, me, 0);
    return alone;
  },
};

export default defineScenario<State, { broken: boolean }>({
  setup: () => ({
    wants: new Int32Array(new SharedArrayBuffer(8)),
    turn: new Int32Array(new SharedArrayBuffer(4)),
    inside: new Int32Array(new SharedArrayBuffer(4)),
  }),
  threads: [thread, thread],
  check: (_, { results }) => (results.every(Boolean) ? undefined : 'both are inside'),
});
