/**
 * The ablations: for each thing that HAKMEM can do in several ways, the compositions that do it in one of them. A
 * variant differs from the base of its group in that thing alone, so what the speeds and counts of the two differ in is
 * what it does.
 *
 * Data only, and no box is imported here: the list of allocators is made of it, in processes that measure others.
 * ../compositions.ts builds them.
 *
 * `workloads` are those that can show the thing in time; `streams` those on which things are counted (counts.ts).
 */

export interface Variant {
  /** Of the composition; of the allocator with `hakmem-` in front. */
  readonly name: string;
  /** What it has instead of what the base has. */
  readonly differs: string;
}

export interface Group {
  readonly name: string;
  /** The composition that the variants are compared with. */
  readonly base: 'standard' | 'standard-local';
  /** What the base has. */
  readonly baseHas: string;
  readonly variants: readonly Variant[];
  readonly workloads: readonly string[];
  readonly streams: readonly string[];
}

/** Compositions that are no variants. */
export const BASES = [
  { name: 'standard', differs: 'as createHeap makes it, not prewarmed' },
  { name: 'standard-local', differs: 'the same on a resizable ArrayBuffer, which can return memory' },
] as const satisfies readonly Variant[];

const MIXED = ['random_mixed 256', 'random_mixed 4096', 'random_mixed 65536'] as const;
const USUAL_STREAMS = ['random_mixed 4096', 'trace gcc', 'phases'] as const;
/** For a composition of which nobody knows what it is about. */
export const COUNTED_STREAMS: readonly string[] = [...USUAL_STREAMS, 'random_mixed 65536'];

/** The learner's group (off, observe, learn) comes with its box. */
export const GROUPS = [
  {
    name: 'two-speed front',
    base: 'standard',
    baseHas: 'stacks of free blocks in front of the slabs',
    variants: [
      { name: 'one-speed', differs: 'no stacks: every malloc scans a slab, every free adds to the room of its slab' },
    ],
    workloads: [...MIXED, 'trace gcc', 'trace perl'],
    streams: USUAL_STREAMS,
  },
  {
    name: 'route profile',
    base: 'standard',
    baseHas: 'tiny first: tiny-front to 1 KiB, pool-tls to 256 KiB, large above',
    variants: [
      { name: 'tiny-only', differs: 'no pool-tls: everything above 1 KiB is large' },
      { name: 'pool-only', differs: 'no tiny-front: pool-tls from 0 bytes on, its smallest block is of 1,152' },
    ],
    workloads: ['random_mixed 256', 'random_mixed 4096', 'mid 8-32K', 'trace gcc'],
    streams: USUAL_STREAMS,
  },
  {
    name: 'tiers and FREE memory',
    base: 'standard-local',
    baseHas: 'lazy: nearly empty SuperSlabs are left to empty; 4 FREE ones, or as many as are in use, are kept',
    variants: [
      { name: 'untiered', differs: 'nearly empty SuperSlabs are allocated from like all others' },
      { name: 'retain-0', differs: 'as many FREE ones are kept as are in use' },
      { name: 'eager-free', differs: 'every FREE SuperSlab at the top of the heap is returned at once' },
    ],
    workloads: ['large 64K-2M', 'trace gcc', 'trace perl', 'trace php'],
    streams: ['large 64K-2M', 'trace gcc', 'phases'],
  },
  {
    name: 'batches and caps',
    base: 'standard',
    baseHas: 'refills of 8 to 64 tiny blocks, stacks of up to 512',
    variants: [
      { name: 'refill-one', differs: 'a refill brings one block' },
      { name: 'small-caches', differs: 'stacks of an eighth' },
    ],
    workloads: ['random_mixed 4096', 'random_mixed 65536', 'mid 8-32K', 'trace gcc', 'trace perl'],
    streams: USUAL_STREAMS,
  },
  {
    name: 'idle trim',
    base: 'standard-local',
    baseHas: 'the program never pauses',
    variants: [
      { name: 'idle-trim', differs: 'collect() after every 16,384 frees' },
      { name: 'idle-trim-force', differs: 'collect({ force: true }) after every 16,384 frees: caches are let go, too' },
    ],
    workloads: ['random_mixed 4096', 'random_mixed 65536', 'trace gcc', 'trace php'],
    streams: USUAL_STREAMS,
  },
  {
    name: 'warm pool',
    base: 'standard',
    baseHas: '16 slabs per class at hand, up to 3 fetched ahead',
    variants: [
      { name: 'warm-16-no-prefill', differs: '16, none fetched ahead' },
      { name: 'warm-4', differs: '4, up to 3 fetched ahead' },
      { name: 'warm-4-no-prefill', differs: '4, none fetched ahead' },
      { name: 'warm-0', differs: 'none, so there is nothing to fetch ahead for; the box is there and passes on' },
      { name: 'no-warm-pool', differs: 'no box' },
    ],
    workloads: ['random_mixed 4096', 'random_mixed 65536', 'trace perl'],
    streams: ['random_mixed 65536', 'sweep 1024x65536', 'trace gcc'],
  },
  {
    name: 'prewarming',
    base: 'standard',
    baseHas: 'nothing is cached at the start',
    variants: [{ name: 'prewarm-16', differs: '16 blocks of each class up to 2 KiB are cached at the start' }],
    workloads: ['random_mixed 256', 'trace sqlite'],
    streams: ['random_mixed 256', 'trace sqlite'],
  },
  {
    name: 'slots',
    base: 'standard',
    baseHas: 'classes share SuperSlabs, slot by slot',
    variants: [{ name: 'one-class', differs: 'every SuperSlab has one class' }],
    workloads: ['random_mixed 4096', 'random_mixed 65536', 'trace gcc', 'trace perl'],
    streams: USUAL_STREAMS,
  },
  {
    name: 'drain interval',
    base: 'standard',
    baseHas: 'a drain after every 1,024 blocks that a class let go of',
    variants: [
      { name: 'drain-512', differs: 'after every 512' },
      { name: 'drain-2048', differs: 'after every 2,048' },
      { name: 'drain-4096', differs: 'after every 4,096' },
    ],
    workloads: ['random_mixed 65536', 'trace gcc', 'trace perl'],
    streams: ['trace gcc', 'phases'],
  },
  {
    name: 'class affinity',
    base: 'standard',
    baseHas: 'a class prefers SuperSlabs that hold it already',
    variants: [{ name: 'no-affinity', differs: 'it takes the first UNUSED slot' }],
    workloads: ['random_mixed 65536', 'trace gcc', 'trace perl'],
    streams: ['trace gcc', 'phases'],
  },
  {
    name: 'mid refill',
    base: 'standard',
    baseHas: 'a refill of a mid class brings 2 spans',
    variants: [
      { name: 'mid-batch-1', differs: '1 span' },
      { name: 'mid-batch-4', differs: '4 spans' },
    ],
    workloads: ['mid 8-32K', 'fixed_size 32768', 'trace php'],
    streams: ['mid 8-32K', 'phases'],
  },
  {
    name: 'records',
    base: 'standard',
    baseHas: 'records apart: page word and live byte; every wrong free throws',
    variants: [
      { name: 'header', differs: 'a byte in front of each object has its class; most wrong frees go unnoticed' },
      { name: 'header-checked', differs: 'the same, overwritten by each free: a second free soon after is noticed' },
    ],
    workloads: ['pair 64', ...MIXED, 'mid 8-32K', 'trace gcc', 'trace perl'],
    streams: [...USUAL_STREAMS, 'random_mixed 65536'],
  },
] as const satisfies readonly Group[];

export type CompositionName = (typeof BASES)[number]['name'] | (typeof GROUPS)[number]['variants'][number]['name'];

/** All compositions. */
export const COMPOSITIONS: readonly (Variant & { readonly name: CompositionName })[] = [
  ...BASES,
  ...GROUPS.flatMap(({ variants }) => [...variants]),
];
