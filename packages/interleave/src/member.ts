/**
 * One member of the crew: how a Worker is started, from the build (dist/worker.js) or, in this workspace, from the sources.
 */

import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Board } from './board.ts';
import { messageOf, ScenarioError } from './errors.ts';
import type { Start } from './worker.ts';

const FROM_SOURCE = import.meta.url.endsWith('.ts');
const WORKER = new URL(FROM_SOURCE ? '../source-worker.mjs' : './worker.js', import.meta.url);
/** @internal What a Worker needs so that packages of this workspace resolve to their sources. */
export const DEFAULT_EXEC_ARGV: readonly string[] = FROM_SOURCE ? ['--conditions=@hakmem/source'] : [];

/** @internal A Worker, and the port for its tasks and reports. */
export interface Member {
  readonly worker: Worker;
  readonly port: MessagePort;
}

/** @internal Starts a Worker; resolves when it has loaded the scenario and sleeps. */
export function startMember(
  board: Board,
  thread: number,
  scenario: string,
  execArgv: readonly string[],
): Promise<Member> {
  const { port1, port2 } = new MessageChannel();
  const start: Start = { memory: board.memory, thread, scenario, port: port2 };
  const worker = new Worker(WORKER, {
    workerData: start,
    transferList: [port2],
    name: `interleave ${thread}`,
    execArgv: [...execArgv],
  });
  return new Promise((resolve, reject) => {
    worker.once('message', () => {
      worker.removeAllListeners();
      // Nothing that happens later may end the process; a Worker that is gone is found stuck.
      worker.on('error', () => {});
      worker.unref();
      resolve({ worker, port: port1 });
    });
    worker.once('error', (cause) => {
      reject(new ScenarioError(`the scenario cannot be loaded in a Worker: ${messageOf(cause)}`, { cause }));
    });
    worker.once('exit', (code) =>
      reject(new ScenarioError(`a Worker has ended with code ${code} while it was started`)),
    );
  });
}
