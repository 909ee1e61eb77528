/**
 * `@hakmem/conformance`: one suite per contract of `@hakmem/contracts`, and one for a whole heap. Bring a box and a runner of
 * tests; what does not hold is said with the number of the clause.
 *
 * @packageDocumentation
 */

export type { Deployment } from './crew.js';
export { type Chance, SEED } from './programs.js';
export { OWNER, problemsOf, Stage, type StageOptions } from './stage.js';
export { PlainCache } from './stand-ins/cache.js';
export { PlainRegistry, type PlainRegistryOptions } from './stand-ins/registry.js';
export { PlainRemote } from './stand-ins/remote.js';
export { type KeptRun, PlainRuns } from './stand-ins/runs.js';
export { PlainSlots } from './stand-ins/slots.js';
export { PlainSource } from './stand-ins/source.js';
export { PlainSpace, type PlainSpaceHandle, type PlainSpaceOptions } from './stand-ins/space.js';
export { type Slab, StrictSource } from './stand-ins/strict-source.js';
export { type Access, type OnAccess, once, Stop, stopAfter, survives, watched } from './steps.js';
export { type Case, type Judgement, judge, type Refusal, type Runner, run, type Suite } from './suite.js';
export { type CacheSuiteOptions, cacheSuite } from './suites/cache.js';
export { type FrontSuiteOptions, frontSuite } from './suites/front.js';
export { type HeapSuiteOptions, heapSuite } from './suites/heap.js';
export { type Factory, type SuiteOptions, suiteFor } from './suites/index.js';
export { type LargeSuiteOptions, largeSuite } from './suites/large.js';
export { type PoolSuiteOptions, poolSuite } from './suites/pool.js';
export {
  type Census,
  censusOfPool,
  type Fault,
  faultsOfCapacity,
  faultsOfPool,
  type KeptSeen,
  type PoolSite,
  type SlabSeen,
} from './suites/pool-audit.js';
export { type RegistrySuiteOptions, registrySuite } from './suites/registry.js';
export type { RegistryPlace } from './suites/registry-stand.js';
export { type RemoteSuiteOptions, remoteSuite } from './suites/remote.js';
export { type SourceSuiteOptions, sourceSuite } from './suites/source.js';
export type { EndOfChain } from './suites/source-stand.js';
export { type SpaceSuiteOptions, spaceSuite } from './suites/space.js';
export { type WarmSuiteOptions, warmSuite } from './suites/warm.js';
