/** Threads that go wrong in the ways that `params` names, and some that wait. */

import { type Context, defineScenario } from '@hakmem/interleave';

export type Oddity = (typeof ODDITIES)[number];

export const ODDITIES = [
  ...[
    'fine',
    'spins',
    'counts for ever',
    'hangs',
    'waits for ever',
    'waits a while',
    'throws',
    'promises',
    'waitAsync',
  ],
  ...['handshake', 'lost wake-up', 'setup throws', 'prepare throws', 'no clone', 'index'],
] as const;

interface State {
  readonly words: Int32Array;
  readonly wide: BigUint64Array;
  readonly other?: unknown;
}

export default defineScenario<State, Oddity>({
  setup({ params }) {
    if (params === 'setup throws') throw new Error('no memory today');
    const words = new Int32Array(new SharedArrayBuffer(16));
    const wide = new BigUint64Array(new SharedArrayBuffer(8));
    return { words, wide, ...(params === 'no clone' ? { other: () => {} } : {}) };
  },
  threads: [
    {
      prepare(_, { params }: Context<Oddity>) {
        if (params === 'prepare throws') throw new RangeError('too much');
      },
      run(_, { words, wide }, { params }: Context<Oddity>): unknown {
        switch (params) {
          case 'fine':
            Atomics.store(wide, 0, 2n ** 64n - 1n);
            Atomics.exchange(wide, 0, 2n ** 63n + 1n);
            Atomics.sub(wide, 0, 2n ** 63n);
            return Atomics.isLockFree(4);
          case 'spins':
            while (Atomics.load(words, 0) === 0);
            return undefined;
          case 'counts for ever':
            for (;;) Atomics.add(words, 1, 1);
          case 'hangs':
            Atomics.load(words, 0);
            for (;;);
          case 'waits for ever':
            return Atomics.wait(words, 2, 0);
          case 'waits a while':
            return [Atomics.wait(words, 2, 1), Atomics.wait(words, 2, 0, 0), Atomics.wait(words, 2, 0, 10)];
          case 'throws':
            throw new TypeError('not today');
          case 'promises':
            return Promise.resolve();
          case 'waitAsync':
            return Atomics.waitAsync(words, 0, 0);
          case 'handshake':
            // Looks again under the protection of the comparison.
            while (Atomics.load(words, 0) === 0) Atomics.wait(words, 0, 0);
            return 'woken';
          case 'lost wake-up':
            if (Atomics.load(words, 0) === 0) Atomics.wait(words, 3, 0);
            return 'woken';
          case 'index':
            return Atomics.load(words, 99);
          default:
            return undefined;
        }
      },
    },
    {
      run(_, { words }, { params }: Context<Oddity>): unknown {
        if (params === 'waits a while') return Atomics.load(words, 0);
        if (params === 'hangs' || params === 'waits for ever') return undefined;
        Atomics.store(words, 0, 1);
        if (params === 'handshake') return Atomics.notify(words, 0);
        if (params === 'lost wake-up') return Atomics.notify(words, 3);
        return undefined;
      },
    },
  ],
  check: () => undefined,
});
