/** All clauses of all contracts, by number. Each contract is a file of its own: clauses, capabilities, interface. */

import { CACHE } from './cache.js';
import { FRONT } from './front.js';
import { GENERAL } from './general.js';
import { HEAP } from './heap.js';
import { LARGE } from './large.js';
import { POOL } from './pool.js';
import { REGISTRY } from './registry.js';
import { REMOTE } from './remote.js';
import { SOURCE } from './source.js';
import { SPACE } from './space.js';
import { WARM } from './warm.js';

/** Clause id → sentence. (Marked as pure, so that what does not ask for sentences does not carry them.) */
export const CLAUSES: typeof GENERAL &
  typeof SPACE &
  typeof REGISTRY &
  typeof POOL &
  typeof SOURCE &
  typeof WARM &
  typeof REMOTE &
  typeof CACHE &
  typeof FRONT &
  typeof LARGE &
  typeof HEAP = /* @__PURE__ */ Object.assign(
  {},
  GENERAL,
  SPACE,
  REGISTRY,
  POOL,
  SOURCE,
  WARM,
  REMOTE,
  CACHE,
  FRONT,
  LARGE,
  HEAP,
);

/** The id of a clause. */
export type ClauseId = keyof typeof CLAUSES;

/** `id: sentence`, for the title of a test. */
export function clause(id: ClauseId): string {
  return `${id}: ${CLAUSES[id]}`;
}
