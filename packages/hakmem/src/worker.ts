/** What is known of the Worker that runs this code, and of Workers that others run. No Node module is imported. */

import { ArgumentError } from '@hakmem/contracts';

/** What `heap.watch` asks of a Worker; that of node:worker_threads has it. */
export interface WatchableWorker {
  /** Node's number of the thread; negative when it has ended. */
  readonly threadId: number;
  once(event: 'exit', listener: () => void): unknown;
}

/** 1 + the number that Node gave the thread that calls; 0 where there is no Node, or one before 20.16. */
export function currentWorker(): number {
  const host = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  const module = host.process?.getBuiltinModule?.('node:worker_threads') as { threadId?: number } | undefined;
  return module?.threadId === undefined ? 0 : module.threadId + 1;
}

/** The same for a Worker; throws an ArgumentError when it is none, or has ended. */
export function workerOf(worker: WatchableWorker): number {
  const given = worker as Partial<WatchableWorker> | null | undefined;
  const fits = typeof given?.threadId === 'number' && given.threadId > 0 && typeof given.once === 'function';
  if (!fits) throw new ArgumentError('worker', worker, 'a Worker of node:worker_threads that runs');
  return worker.threadId + 1;
}
