/**
 * `@hakmem/contracts`: the vocabulary, records, errors and interfaces that all boxes share. Boxes import this package and
 * nothing of one another.
 *
 * @packageDocumentation
 */

export * from './atomics.js';
export * from './boxes.js';
export * from './checks.js';
export * from './clauses.js';
export * from './errors.js';
export * from './ground.js';
export * from './page-word.js';
export * from './policy.js';
export * from './records.js';
export * from './size-classes.js';
export * from './units.js';
