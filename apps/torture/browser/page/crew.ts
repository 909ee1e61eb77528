/**
 * A Worker as the page has it: its news as promises, and its end. A browser does not say when a Worker has ended, and after
 * terminate() a busy one works on: Chromium gives it two seconds. So it holds a lock, which the browser frees when it is no more.
 */

import type { News, Task } from './worker.ts';

type Done = Extract<News, { kind: 'done' }>;

export class Member {
  /** The number of its thread in the heap. */
  readonly attached: Promise<number>;
  readonly done: Promise<Done>;
  /** Resolves when the Worker is no more. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;

  constructor(task: Task, failed: (error: Error) => void) {
    const attached = Promise.withResolvers<number>();
    const done = Promise.withResolvers<Done>();
    this.attached = attached.promise;
    this.done = done.promise;
    this.ended = this.attached.then(() => navigator.locks.request(task.lock, () => {}));
    this.#worker = new Worker('/worker.js', { type: 'module', name: task.lock });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<News>) => {
      if (data.kind === 'attached') attached.resolve(data.thread);
      else if (data.kind === 'done') done.resolve(data);
      else failed(new Error(`${task.lock}: ${data.error}`));
    });
    this.#worker.addEventListener('error', ({ message }) => failed(new Error(`${task.lock}: ${message}`)));
    this.#worker.addEventListener('messageerror', () => failed(new Error(`${task.lock}: a message cannot be read`)));
    this.#worker.postMessage(task);
  }

  /** Ends the Worker wherever it is, and resolves when it has ended: not before that may its thread be reaped. */
  terminate(): Promise<void> {
    this.#worker.terminate();
    return this.ended;
  }
}
