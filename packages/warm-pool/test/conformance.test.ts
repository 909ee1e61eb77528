/** The warm pool keeps its contract in every configuration that the policy table allows. */

import { run, warmSuite } from '@hakmem/conformance';
import { describe, test } from 'vitest';
import { warmPool } from '../src/index.js';

const CONFIGURATIONS = [
  { size: 16, prefill: 3 },
  { size: 16, prefill: 16 },
  { size: 5, prefill: 0 },
  { size: 1, prefill: 1 },
];

for (const configuration of CONFIGURATIONS) {
  run(warmSuite({ recipe: warmPool, lifo: true, ...configuration }), { describe, test });
}
