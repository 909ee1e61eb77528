/** The front keeps its contract, over a cache in plain JavaScript. */

import { frontSuite, run } from '@hakmem/conformance';
import { describe, test } from 'vitest';
import { tinyFront } from '../src/index.js';

run(frontSuite({ recipe: tinyFront }), { describe, test });
