/** The model that every front is held against, over this one. */

import { testFront } from '@hakmem/tooling-suites/front-model';
import fc from 'fast-check';
import { tinyFront } from '../src/index.js';

testFront({ recipe: tinyFront(), least: 0, bytes: fc.oneof(fc.nat(1_024), fc.nat(64)) });
