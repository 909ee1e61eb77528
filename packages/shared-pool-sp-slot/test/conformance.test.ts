/** The pool keeps its contract under each of its rules, wherever its region starts, whether memory returns or not. */

import { poolSuite, run } from '@hakmem/conformance';
import { describe, test } from 'vitest';
import { sharedPool } from '../src/index.js';

const WORKERS = {
  module: new URL('./conformance-worker.mjs', import.meta.url),
  execArgv: ['--conditions=@hakmem/source'],
};
const CONFIGURATIONS = [
  { classAffinity: true, slotSharing: true, workers: WORKERS },
  { classAffinity: false, slotSharing: true, firstPage: 45, retain: 0 },
  { classAffinity: true, slotSharing: true, firstPage: 1, retain: 1 },
  { classAffinity: true, slotSharing: false, retain: 2 },
];

for (const { firstPage, retain, workers, ...rules } of CONFIGURATIONS) {
  const affinity = rules.classAffinity && rules.slotSharing;
  const place = { firstPage, retain, affinity, sharing: rules.slotSharing, workers };
  run(poolSuite({ recipe: () => sharedPool(rules), ...place }), { describe, test });
}
