/**
 * `@hakmem/guard`: debugging layers around a heap, and memory that runs out on purpose.
 *
 * @packageDocumentation
 */

export type { TypedArray, TypedArrayConstructor } from '@hakmem/contracts';
export type { EndReport } from './ending.js';
export {
  type BlockSites,
  type Damage,
  type GuardCode,
  GuardError,
  HeadError,
  RedzoneError,
  UseAfterFreeError,
} from './errors.js';
export { type BlockRequest, type FailEachOptions, type FailingLayer, failEach, failing } from './failing.js';
export type { Guard } from './guard.js';
export { type Guarded, type GuardOptions, guard, guarded, type PassedOn } from './guarded.js';
export type { GuardableHeap } from './heap.js';
export { formatLeaks, type LeakGroup, type LeakReport } from './leaks.js';
export { type Ground, type Layer, Link, type RetireCall, type TakeCall } from './link.js';
export type { Memory } from './memory.js';
export type { Refusals, Refused } from './occasion.js';
export { type PoisonOptions, poison } from './poison.js';
export { type QuarantineOptions, quarantine } from './quarantine.js';
export { type RedzoneOptions, redzones } from './redzones.js';
export { type PageRequest, type ScarceOptions, scarce } from './scarce.js';
export { type SiteOptions, sites } from './sites.js';
