// Opens a space in a Worker, from its source, and sends it one order after the other.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SpaceHandle } from '@hakmem/contracts';
import type { Answer, Order } from './thread.js';

/** A thread that has opened a space. */
export interface Opened {
  tell(order: Order): Promise<Answer>;
  end(): Promise<unknown>;
}

/** Opens the space of a handle in a thread of its own; what is thrown there rejects the order that waits. */
export function openInThread(handle: SpaceHandle): Opened {
  const worker = new Worker(new URL('./start-thread.mjs', import.meta.url), {
    workerData: handle,
    execArgv: ['--conditions=@hakmem/source'],
  });
  return {
    async tell(order) {
      worker.postMessage(order);
      const [answer] = await once(worker, 'message');
      return answer as Answer;
    },
    end: () => worker.terminate(),
  };
}
