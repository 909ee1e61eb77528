/** The front keeps its contract, whatever its option says: it serves the mid classes, and smaller requests with the first. */

import { frontSuite, run } from '@hakmem/conformance';
import { CLASS_COUNT, TINY_CLASS_COUNT } from '@hakmem/contracts';
import { describe, test } from 'vitest';
import { poolTls } from '../src/index.js';

const classes = Array.from({ length: CLASS_COUNT - TINY_CLASS_COUNT }, (_, i) => TINY_CLASS_COUNT + i);

for (const refillSpans of [undefined, 1, 4]) {
  const suite = frontSuite({ recipe: () => poolTls({ refillSpans }), classes });
  run({ ...suite, title: `${suite.title}, refills of ${refillSpans ?? 'the policy’s'} spans` }, { describe, test });
}
