/** Large blocks keep their contract in a small heap and a larger one, whatever the policy lets threads keep. */

import { largeSuite, run } from '@hakmem/conformance';
import { describe, test } from 'vitest';
import { largeBlocks } from '../src/index.js';

const CONFIGURATIONS = [
  { pageLimit: 240, retain: 4 },
  { pageLimit: 300, retain: 0 },
  { pageLimit: 1_000, retain: 1, runs: 30 },
];

for (const configuration of CONFIGURATIONS) {
  run(largeSuite({ recipe: largeBlocks, ...configuration }), { describe, test });
}
