/**
 * Workers that use one thing at once: each loads the module under test and one of the jobs (jobs/), runs it, and says what came
 * out. A Worker can be ended wherever it is. Node only.
 */

import type { Worker } from 'node:worker_threads';
import type { JobName } from './jobs/index.js';

/** How Workers come by what is under test. */
export interface Deployment {
  /** The URL of a module that Workers import: it exports `attach(handle)` for a heap, `recipe()` for a box. */
  readonly module: string | { readonly href: string };
  /** Options of Node for the Workers; default none. */
  readonly execArgv?: readonly string[] | undefined;
}

/** What a Worker is started with. */
export interface Order {
  readonly module: string;
  readonly job: JobName;
  readonly task: unknown;
}

const FROM_SOURCE = import.meta.url.endsWith('.ts');
const WORKER = new URL(FROM_SOURCE ? '../source-worker.mjs' : './worker.js', import.meta.url);

/** Workers at one job. */
export class Crew {
  readonly #workers: readonly Worker[];
  readonly #results: readonly Promise<unknown>[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
    this.#results = workers.map(
      (worker) =>
        new Promise((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
          worker.once('exit', () => resolve(undefined));
        }),
    );
    // A failure is seen by who waits for it, be it later.
    for (const result of this.#results) result.catch(() => {});
  }

  /** Starts a Worker for each task. */
  static async start({ module, execArgv = [] }: Deployment, job: JobName, tasks: readonly unknown[]): Promise<Crew> {
    const { Worker } = await import('node:worker_threads');
    return new Crew(
      tasks.map((task) => {
        const workerData: Order = { module: typeof module === 'string' ? module : module.href, job, task };
        return new Worker(WORKER, { workerData, execArgv: [...execArgv] });
      }),
    );
  }

  /** What each Worker says at its end; undefined for one that was ended. Throws what a Worker throws. */
  async results(): Promise<unknown[]> {
    const results = await Promise.all(this.#results);
    await this.dismiss();
    return results;
  }

  /** Ends a Worker where it stands. */
  async end(which: number): Promise<void> {
    await this.#workers[which].terminate();
  }

  /** Ends all Workers. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** Waits until a shared word is at least so large; false when that takes too long. */
export async function reaches(
  words: Int32Array,
  index: number,
  value: number,
  milliseconds = 20_000,
): Promise<boolean> {
  for (const end = Date.now() + milliseconds; Atomics.load(words, index) < value; ) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return true;
}
