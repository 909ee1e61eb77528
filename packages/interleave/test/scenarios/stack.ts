/**
 * Treiber's stack (1986) of three nodes. One thread takes a node; the other takes two and gives the first of them back. With
 * `params.take` "one", a take can succeed although the node below has changed (ABA); "all" takes the whole list at once.
 */

import { type Context, defineScenario } from '@hakmem/interleave';

interface State {
  readonly head: Int32Array;
  /** Per node, the node below; 0 is none. */
  readonly next: Int32Array;
}

type Params = { readonly take: 'one' | 'all' };

function takeOne({ head, next }: State): number[] {
  for (;;) {
    const top = Atomics.load(head, 0);
    if (top === 0) return [];
    const below = Atomics.load(next, top);
    if (Atomics.compareExchange(head, 0, top, below) === top) return [top];
  }
}

function takeAll({ head, next }: State): number[] {
  const taken: number[] = [];
  for (let node = Atomics.exchange(head, 0, 0); node !== 0; node = Atomics.load(next, node)) taken.push(node);
  return taken;
}

function give({ head, next }: State, node: number): void {
  for (;;) {
    const top = Atomics.load(head, 0);
    Atomics.store(next, node, top);
    if (Atomics.compareExchange(head, 0, top, node) === top) return;
  }
}

const take = (state: State, { params }: Context<Params>) => (params.take === 'all' ? takeAll(state) : takeOne(state));

export default defineScenario<State, Params>({
  setup: () => ({
    head: shared(3),
    next: shared(0, 0, 1, 2),
  }),
  threads: [
    { name: 'taker', run: (_, state, context) => take(state, context) },
    {
      name: 'giver',
      run(_, state, context) {
        const taken = [...take(state, context), ...take(state, context)];
        const back = taken.shift();
        if (back !== undefined) give(state, back);
        return taken;
      },
    },
  ],
  check({ head, next }, { results }) {
    const nodes = (results as number[][]).flat();
    for (let node = head[0]; node !== 0 && nodes.length < 9; node = next[node]) nodes.push(node);
    return nodes.sort().join() === '1,2,3' ? undefined : `the nodes are ${nodes}`;
  },
});

function shared(...values: number[]): Int32Array {
  const array = new Int32Array(new SharedArrayBuffer(4 * values.length));
  array.set(values);
  return array;
}
