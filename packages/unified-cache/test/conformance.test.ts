/** The unified cache keeps its contract alone and beside threads that free, with stacks and batches of all sizes. */

import { type CacheSuiteOptions, cacheSuite, run } from '@hakmem/conformance';
import { describe, test } from 'vitest';
import { unifiedCache } from '../src/index.js';

const CONFIGURATIONS: readonly Omit<CacheSuiteOptions, 'recipe'>[] = [
  {},
  { remote: true },
  { remote: true, cap: 8, batch: 4, interval: 4 },
  { remote: true, cap: 1, batch: 1, interval: 1 },
  { batch: 1, interval: 7 },
  { cap: 3, batch: 100 },
];

for (const configuration of CONFIGURATIONS) {
  run(cacheSuite({ recipe: unifiedCache, runs: 40, ...configuration }), { describe, test });
}
