/** The registry and its rooms keep their contracts: wherever the space begins and ends, shrinks or not, prewarmed or not. */

import { type RegistrySuiteOptions, registrySuite, run } from '@hakmem/conformance';
import { describe, test } from 'vitest';
import { superRegistry } from '../src/index.js';

const WORKERS = {
  module: new URL('./conformance-worker.mjs', import.meta.url),
  execArgv: ['--conditions=@hakmem/source'],
};
const CONFIGURATIONS: Readonly<Record<string, RegistrySuiteOptions>> = {
  'memory that shrinks': { recipe: superRegistry },
  'memory that only grows': { recipe: superRegistry, shrinks: false, workers: WORKERS },
  'a region that begins and ends within SuperSlabs': { recipe: superRegistry, firstPage: 35, pageLimit: 300 },
  'three SuperSlabs prewarmed': { recipe: () => superRegistry({ prewarm: 3 }), shrinks: false },
};

for (const [title, options] of Object.entries(CONFIGURATIONS)) {
  run({ ...registrySuite(options), title }, { describe, test });
}
