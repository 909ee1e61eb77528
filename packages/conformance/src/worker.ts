/** What each Worker of a crew runs: loads what is under test, does its job, says what came out. */

import { parentPort, workerData } from 'node:worker_threads';
import type { Order } from './crew.js';
import { JOBS } from './jobs/index.js';

const { module, job, task } = workerData as Order;
const tested: unknown = await import(module);
parentPort!.postMessage(JOBS[job](tested as never, task as never));
