/** What tiny-front costs by itself. */

import { tinyFront } from '@hakmem/tiny-front';
import { benchFront } from '@hakmem/tooling-suites/front-bench';

const sizes = Int32Array.from({ length: 1_024 }, (_, i) => 1 + (Math.imul(i, 0x9e3779b1) >>> 22));

await benchFront('tiny-front: ns per operation, sizes 1 … 1,024', tinyFront(), sizes);
