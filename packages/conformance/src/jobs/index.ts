/** The jobs that Workers of a crew can be given. */

import { heapJob } from './heap.js';
import { poolJob } from './pool.js';
import { registryJob } from './registry.js';
import { remoteJob } from './remote.js';

interface Jobs {
  readonly heap: typeof heapJob;
  readonly pool: typeof poolJob;
  readonly registry: typeof registryJob;
  readonly remote: typeof remoteJob;
}

export const JOBS: Jobs = { heap: heapJob, pool: poolJob, registry: registryJob, remote: remoteJob };

/** The name of a job. */
export type JobName = keyof Jobs;
