/** The remote queue keeps its contract in heaps of all sizes, in plain and in shared memory. */

import { type RemoteSuiteOptions, remoteSuite, run } from '@hakmem/conformance';
import { describe, test } from 'vitest';
import { remoteQueue } from '../src/index.js';

const WORKERS = {
  module: new URL('./conformance-worker.mjs', import.meta.url),
  execArgv: ['--conditions=@hakmem/source'],
};
const CONFIGURATIONS: readonly Omit<RemoteSuiteOptions, 'recipe'>[] = [
  {},
  { shared: true, workers: WORKERS },
  { pageLimit: 1_025, runs: 50 },
  { pageLimit: 4_100, shared: true, runs: 20 },
  { pageLimit: 65_536, runs: 2 },
];

for (const configuration of CONFIGURATIONS) {
  run(remoteSuite({ recipe: remoteQueue, ...configuration }), { describe, test });
}
