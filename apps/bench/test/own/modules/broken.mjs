/** Every box behind the checks of its contract, in Workers too; the warm pool hands its first slab out again and again. */

import { warmPool } from '@hakmem/warm-pool';

const standard = warmPool();

function build(scope, parent) {
  const pool = standard.build(scope, parent);
  const acquire = pool.acquire.bind(pool);
  let first = 0;
  pool.acquire = (sizeClass) => (first ||= acquire(sizeClass));
  return pool;
}

export default { checked: true, warm: { ...standard, box: 'broken-warm', build } };
