/** A Worker of a trial: attaches, works, and ends as it was told. */

import { attachHeap, type HeapHandle } from 'hakmem';
import { placeOf, RUNNING, STEPS } from './ledger.ts';
import { Program, type Tally } from './program.ts';

/** What a Worker is told. */
export interface Task {
  readonly handle: HeapHandle;
  readonly ledger: Int32Array;
  readonly place: number;
  readonly seed: number;
  /** Steps to make at least. */
  readonly steps: number;
  /** The name of the lock to hold until the end. */
  readonly lock: string;
  /** At the end: detach and close; stay attached and wait for the end; or work until terminated. */
  readonly ending: 'detaches' | 'stays' | 'works on';
}

/** What a Worker says. */
export type News =
  | { readonly kind: 'attached'; readonly thread: number }
  | { readonly kind: 'done'; readonly tally: Tally; readonly grown: number }
  | { readonly kind: 'failed'; readonly error: string };

/** Times that this thread grew the memory. */
let grown = 0;
const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function (pages) {
  const before = grow.call(this, pages);
  if (pages > 0) grown++;
  return before;
};

function say(news: News): void {
  postMessage(news);
}

/** Takes a lock that is given back when the Worker ends, however it ends. */
function hold(lock: string): Promise<void> {
  return new Promise((granted, failed) => {
    const held = (): Promise<never> => {
      granted();
      return new Promise(() => {});
    };
    navigator.locks.request(lock, held).catch(failed);
  });
}

async function work({ handle, ledger, place, seed, steps, lock, ending }: Task): Promise<void> {
  await hold(lock);
  const heap = attachHeap(handle);
  say({ kind: 'attached', thread: heap.threadId });
  const program = new Program(heap, ledger, place, seed);
  const mine = placeOf(ledger, place);
  while (ending === 'works on' || Atomics.load(ledger, RUNNING) === 1 || (mine[STEPS] as number) < steps)
    program.step();
  program.empty();
  if (ending === 'detaches') heap.detach();
  say({ kind: 'done', tally: program.tally, grown });
  if (ending === 'detaches') close();
}

addEventListener('message', ({ data }: MessageEvent<Task>) => {
  work(data).catch((error) => say({ kind: 'failed', error: String(error?.stack ?? error) }));
});
