/** The warm pool under a name of its own: a Worker that composed the standard one instead could not attach. */

import { warmPool } from '@hakmem/warm-pool';

const standard = warmPool();

export default () => ({ warm: { ...standard, box: 'own-warm' } });
