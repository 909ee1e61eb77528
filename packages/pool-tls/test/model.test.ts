/** The model that every front is held against, over this one. */

import { testFront } from '@hakmem/tooling-suites/front-model';
import fc from 'fast-check';
import { poolTls } from '../src/index.js';

testFront({ recipe: poolTls(), least: 1_025, bytes: fc.oneof(fc.nat(262_144), fc.nat(4_096)) });
