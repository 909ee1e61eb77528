/**
 * `@hakmem/contracts`: the vocabulary, records, errors and contracts that all boxes share. Boxes import this package and
 * nothing of one another.
 *
 * @packageDocumentation
 */

export * from './atomics.js';
export * from './cache.js';
export * from './capabilities.js';
export * from './checked/index.js';
export * from './clauses.js';
export * from './errors.js';
export * from './front.js';
export * from './general.js';
export * from './ground.js';
export * from './heap.js';
export * from './large.js';
export * from './methods.js';
export * from './page-word.js';
export * from './policy.js';
export * from './pool.js';
export * from './recipe.js';
export * from './records.js';
export * from './registry.js';
export * from './remote.js';
export * from './size-classes.js';
export * from './source.js';
export * from './space.js';
export * from './units.js';
export * from './views.js';
export * from './warm.js';
