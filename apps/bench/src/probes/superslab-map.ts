/**
 * What is in every SuperSlab of a heap when a program holds most: per slot its state, kind, class, owner and the share of its
 * blocks that are live.
 *
 *   node probe.js superslab-map:<trace>                    at the peak of the bytes held
 *   node probe.js 'superslab-map:random_mixed <slots>'     in the steady state
 *
 * Read from the page words, notes and live bytes, which are captured where the heap gets its control arrays; tiers from the
 * registry. The heap is composed as createHeap does. Nothing here depends on time.
 */

import {
  BLOCK_BYTES,
  type ControlArrays,
  classIn,
  countFree,
  headOf,
  kindOf,
  NOTE_SPAN,
  noteOf,
  ownerOf,
  PAGE_BYTES,
  PageKind,
  type RecipeOf,
  type Records,
  recordsOf,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  SPAN_BLOCKS,
  type SuperRegistry,
  stateOf,
  Tier,
} from '@hakmem/contracts';
import { sharedMemory } from '@hakmem/memory';
import { superRegistry } from '@hakmem/super-registry';
import { compose, type Heap } from 'hakmem';
import { MAX_BYTES } from '../allocators/hakmem.js';
import { addressSlots } from '../allocators/subject.js';
import { BenchError } from '../errors.js';
import { randomMixed } from '../workloads/churn.js';
import { peakOf, readProgram, Stepper } from './stepper.js';

export interface SlotCell {
  readonly state: 'unused' | 'active' | 'empty' | 'reserved';
  /** `none`: not in use, or being claimed. */
  readonly kind: 'none' | 'tiny' | 'mid' | 'large';
  /** Of the slab or span that the slot belongs to, or last belonged to; null where there is no class. */
  readonly sizeClass: number | null;
  /** Bytes in one of its blocks; of a large block all its pages. 0 where there is none. */
  readonly blockBytes: number;
  /** Thread, 1 … 255; 0 for nobody. */
  readonly owner: number;
  /** Share of the blocks of its slab, span or run that are live, 0 … 1. */
  readonly live: number;
  /** Slots since the start of the slab, span or run. */
  readonly offset: number;
}

export interface SuperSlabMap {
  /** `trace perl`, `random_mixed 65536`. */
  readonly program: string;
  /** Steps done when the map was drawn. */
  readonly step: number;
  /** Bytes of the live blocks. */
  readonly blockBytes: number;
  readonly superSlabs: readonly {
    readonly index: number;
    readonly tier: 'absent' | 'hot' | 'draining' | 'free';
    /** 32 of them. */
    readonly slots: readonly SlotCell[];
  }[];
}

const STATES = namesOf(SlotState);
const KINDS = namesOf(PageKind);
const TIERS = namesOf(Tier);
const RANDOM_MIXED = /^random_mixed (\d+)$/;
/** Steps per slot of random_mixed, after which it is in its steady state. */
const STEPS_PER_SLOT = 16;
/** Blocks that createHeap lets each class cache at the start. */
const PREWARM = 16;

/** `program`: the name of a trace, or `random_mixed` and a number of slots up to 65,536. */
export function mapSuperSlabs(program: string): SuperSlabMap {
  const { heap, records, registry } = openHeap();
  const { name, step } = run(heap, program);
  const end = Math.min(registry.end, Math.ceil(records.pageLimit / SLOTS_PER_SUPERSLAB));
  const superSlabs = Array.from({ length: end - registry.first }, (_, i) => {
    const index = registry.first + i;
    return { index, tier: TIERS[registry.tier(index)], slots: slotsOf(records, index) };
  });
  const map = { program: name, step, blockBytes: heap.stats().bytes.live, superSlabs };
  heap.destroy();
  return map;
}

/** Leaves the heap as it is when the program holds most. */
function run(heap: Heap, program: string): { name: string; step: number } {
  const [, slots] = RANDOM_MIXED.exec(program) ?? [];
  if (slots !== undefined) {
    const step = STEPS_PER_SLOT * Number(slots);
    randomMixed(Number(slots)).prepare({ blocks: heap, none: 0, slots: addressSlots }).run(step);
    return { name: program, step };
  }
  const replayed = readProgram(program);
  const stepper = new Stepper(heap, replayed);
  const peak = peakOf(replayed);
  for (let i = 0; i <= peak; i++) stepper.step(i);
  return { name: `trace ${program}`, step: peak + 1 };
}

function slotsOf(records: Records, superSlab: number): readonly SlotCell[] {
  const first = superSlab * SLOTS_PER_SUPERSLAB;
  const slots = Math.min(SLOTS_PER_SUPERSLAB, records.pageLimit - first);
  return Array.from({ length: slots }, (_, i) => slotAt(records, first + i));
}

/** What a page is part of, by its page word and the note of its head. */
export function slotAt(records: Records, page: number): SlotCell {
  const { words } = records;
  const head = headOf(words, page);
  const word = words[head];
  const state = stateOf(word);
  const kind = state === SlotState.ACTIVE ? kindOf(word) : PageKind.NONE;
  const cell = { state: STATES[state], kind: KINDS[kind], owner: ownerOf(word), offset: page - head };
  const keepsClass = state === SlotState.EMPTY || kind === PageKind.TINY || kind === PageKind.MID;
  const sizeClass = keepsClass ? classIn(word) : null;
  if (kind === PageKind.NONE) {
    return { ...cell, sizeClass, blockBytes: sizeClass === null ? 0 : BLOCK_BYTES[sizeClass], live: 0 };
  }
  if (sizeClass === null) {
    return { ...cell, sizeClass, blockBytes: words[noteOf(head) + NOTE_SPAN] * PAGE_BYTES, live: 1 };
  }
  const live = 1 - countFree(records, head) / SPAN_BLOCKS[sizeClass];
  return { ...cell, sizeClass, blockBytes: BLOCK_BYTES[sizeClass], live };
}

/** A heap as createHeap makes it, with its records and its registry. */
function openHeap(): { heap: Heap; records: Records; registry: SuperRegistry } {
  const memory = sharedMemory({ maxBytes: MAX_BYTES });
  let arrays: ControlArrays | undefined;
  let registry: SuperRegistry | undefined;
  const control = memory.control.bind(memory);
  memory.control = (words, liveBytes) => (arrays = control(words, liveBytes));
  const recipe = superRegistry();
  const watched: RecipeOf<'registry'> = {
    ...recipe,
    build: (scope, needs) => (registry = recipe.build(scope, needs)),
  };
  const heap = compose({ memory, registry: watched, prewarmCount: PREWARM });
  if (arrays === undefined || registry === undefined)
    throw new BenchError('compose did not build a registry on the memory');
  return { heap, records: recordsOf(arrays.words, arrays.live, memory.pageLimit), registry };
}

/** The names of an enumeration of 0, 1, 2 …, in lower case, by number. */
function namesOf<Name extends string>(numbers: Readonly<Record<Name, number>>): readonly Lowercase<Name>[] {
  return Object.keys(numbers).map((name) => name.toLowerCase() as Lowercase<Name>);
}
