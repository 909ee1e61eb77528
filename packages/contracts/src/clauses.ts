/**
 * The sentences of the contracts, numbered. A test names the clause that it proves, so that a failing test reads as the
 * sentence that was broken. The letters A to D hold for every box.
 */

/** Clause id → sentence. */
export const CLAUSES = {
  'GENERAL-A': 'A full queue drops and counts; it never blocks.',
  'GENERAL-B': 'A policy change acts from the next refill on and never on what was handed out.',
  'GENERAL-C': 'Observation owns fixed memory: it neither allocates nor grows.',
  'GENERAL-D': 'No box reaches around the interface of another.',

  'SPACE-1': 'Address 0 is in no page that the heap may use: firstPage is at least 1.',
  'SPACE-2':
    'commit(pages) backs every page below pages with zero bytes or with what they held, or says false and changes nothing.',
  'SPACE-3': 'Growth leaves a view that was made by an earlier call valid, or buffer and bytes() give a new one.',
  'SPACE-4': 'release(pages) never takes memory below pages away.',
  'SPACE-5': 'The control arrays are zero at first and are not part of the data buffer.',
  'SPACE-6':
    'handle is null exactly when no other thread can have the space; a space opened by it has the same pages, and opening writes nothing.',
  'SPACE-7': 'A page that one thread has committed is committed for all; commit answers false only when it is not.',

  'REGISTRY-1': 'Address to SuperSlab and page is arithmetic: O(1), no memory read.',
  'REGISTRY-2':
    'Every SuperSlab from first to end is HOT, DRAINING or FREE, and the counts of the tiers add up to all of them.',
  'REGISTRY-3': 'reuse takes the FREE SuperSlab that was freed last; extend makes neighbours at the top.',
  'REGISTRY-4': 'Memory is returned lazily: only FREE SuperSlabs at the top, only beyond those to be retained.',
  'REGISTRY-5': 'Pages that the address space does not give are RESERVED before anyone sees their SuperSlab.',
  'REGISTRY-6':
    'Of several threads that extend at once one moves the end; the others answer its first SuperSlab, count a retry and make nothing.',
  'REGISTRY-7': 'A registry built over a region in use changes nothing.',

  'POOL-1':
    'A slot is UNUSED, ACTIVE, EMPTY or RESERVED by its page word alone; masks are hints that verify compares with it.',
  'POOL-2':
    'acquire asks the stages in order: EMPTY slots of the class, UNUSED slots at hand, a FREE or new SuperSlab.',
  'POOL-3': 'With class affinity, an UNUSED slot beside slabs of the class is preferred to any other.',
  'POOL-4': 'A span is neighbouring slots of one SuperSlab; all of its pages carry one word and point at the first.',
  'POOL-5': 'A released slab becomes EMPTY; a SuperSlab with no ACTIVE slot becomes FREE and its slots UNUSED.',
  'POOL-6': 'Memory does not grow while EMPTY slots of other classes could serve.',
  'POOL-7': 'When memory is exhausted the answer is 0, and no slot has changed but EMPTY ones that were swept.',

  'POOL-8':
    'A page is claimed by one compare-and-swap that carries the claimer; a lost claim leaves everything as it was.',
  'POOL-9': 'An abandoned slab is adopted by the next acquire of its class before any other slot is asked for.',
  'POOL-10': 'leave takes back all that a thread had, wherever it was stopped, and may itself be stopped and repeated.',
  'POOL-11': 'Runs that threads keep, whichever they are, are taken back before memory grows.',

  'REMOTE-1': 'A free of a block that is not live answers false and changes nothing.',
  'REMOTE-2': 'A free is one atomic exchange; the owner is told once per slab until it has taken the news.',
  'REMOTE-3': 'The mark of a slab is cleared before the slab is visited, so that no free is overlooked.',
  'REMOTE-4': 'Marks of slabs that have gone or changed hands are ignored.',

  'SOURCE-1': 'A slab that acquire or spare returns has room and is held by the caller alone.',
  'SOURCE-2': 'A slab that was offered is returned by a later acquire of its class before memory is asked for.',
  'SOURCE-3': 'spare never asks for memory.',
  'SOURCE-4': 'A retired slab is held by no link afterwards.',

  'WARM-1':
    'acquire pops in O(1) and offer pushes in O(1); of a full pool the slab that was offered first goes to the parent.',
  'WARM-2': 'A pool found empty takes up to the prefill count more from what its parent holds.',
  'WARM-3': 'Every 64 pops of a class its entries are validated in one batch, and those without room are dropped.',
  'WARM-4': 'Each slab that is handed out counts once: as a hit when the pool had it, else as a miss.',

  'CACHE-1': 'take returns a block that was not live, and its live byte is 1 before the caller has it.',
  'CACHE-2': 'give answers false for a block that is not live, and changes nothing.',
  'CACHE-3': 'No cached address is live, none is cached twice.',
  'CACHE-4': 'For each slab: live + cached + room + news = blocks; there are news only where others have told of them.',
  'CACHE-5': 'A full stack lets the older half go; a slab of it that is all room is retired at once.',
  'CACHE-6':
    'After each drain interval of blocks let go, slabs with nothing live are retired though blocks of theirs were cached.',
  'CACHE-7': 'take and give call no Atomics and make no objects unless they refill or flush.',
  'CACHE-8': 'Blocks that other threads have freed are found by the next refill that has no slab with room at hand.',
  'CACHE-9': 'A slab that other threads have emptied is retired though its class is not asked for again.',

  'FRONT-1': 'A request is served by the smallest class that holds it.',
  'FRONT-2': 'free answers false for a block that is not live, and changes nothing.',

  'LARGE-1': 'A large block starts at a page and at a multiple of its alignment; the live byte of its start is 1.',
  'LARGE-2': 'resize moves nothing: it succeeds in place or changes nothing.',
  'LARGE-3': 'free gives every page of the block back, or keeps the run for a block to come, up to a limit.',
  'LARGE-4': 'Of several threads that free one block one succeeds; live blocks are looked at, not counted.',

  'HEAP-1': 'malloc answers 0 when memory is exhausted, and the heap is as it was.',
  'HEAP-2': 'A foreign, misaligned, interior or repeated free throws its own error, and the heap is as it was.',
  'HEAP-3': 'calloc returns zero bytes, whatever the memory held before.',
  'HEAP-4': 'realloc keeps the first min(old, new) bytes; when it answers 0 the old block is untouched.',
  'HEAP-5': 'Every byte of the heap is in exactly one line of stats().bytes.',
  'HEAP-6': 'walk visits every live block once, in order of address.',
  'HEAP-7':
    'Up to maxThreads threads attach, each with caches of its own, to a heap of the same layout and composition.',
  'HEAP-8': 'Any thread may free any live block; a wrong free throws in the thread that makes it.',
  'HEAP-9': 'What a thread that detaches held others use; blocks that it was given stay live.',
  'HEAP-10':
    'After reap the heap is as if the dead thread had detached; at most the block that it was being given is live besides.',
} as const;

/** The id of a clause. */
export type ClauseId = keyof typeof CLAUSES;

/** `id: sentence`, for the title of a test. */
export function clause(id: ClauseId): string {
  return `${id}: ${CLAUSES[id]}`;
}
