/** What pool-tls costs by itself. */

import { poolTls } from '@hakmem/pool-tls';
import { benchFront } from '@hakmem/tooling-suites/front-bench';

const sizes = Int32Array.from(
  { length: 1_024 },
  (_, i) => 1_025 + Math.floor((Math.imul(i, 0x9e3779b1) >>> 0) * (261_120 / 2 ** 32)),
);

await benchFront('pool-tls: ns per operation, sizes 1,025 … 262,144', poolTls(), sizes);
