/** Where a slab source is tried: what every stand offers, and the stands of a link over a parent and of the end of a chain. */

import {
  CheckedSource,
  Inspection,
  NOTE_ROOM,
  noteOf,
  type PageIndex,
  type RecipeOf,
  type Scope,
  type SizeClass,
  type SlabSource,
  type SlotPool,
} from '@hakmem/contracts';
import { Stage } from '../stage.js';
import { PlainSlots } from '../stand-ins/slots.js';
import { PlainSource } from '../stand-ins/source.js';

/** A source on a stage of its own, and where its slabs come from. */
export interface SourceStand {
  readonly stage: Stage;
  readonly inspection: Inspection;
  /** Behind checks. */
  readonly source: SlabSource;
  /** Makes the slabs: the parent, or what stands for the pool. */
  readonly slabs: PlainSource;
  /** A slab that the chain holds as far down as it goes. */
  far(sizeClass: SizeClass): PageIndex;
  /** Another source over the same region, as another thread looks at it. */
  peer(): SlabSource;
}

/** What makes the source at the end of a chain, over a pool. */
export interface EndOfChain {
  /** Its name, for violations. */
  readonly box: string;
  /** Words of its region in a heap of `pageLimit` pages. */
  readonly words: (pageLimit: number) => number;
  readonly build: (scope: Scope, pool: SlotPool) => SlabSource;
}

const PAGES = 1_024;

/** A link over a parent in plain JavaScript. */
export function linkStand(recipe: RecipeOf<'source'>): SourceStand {
  const stage = new Stage({ pageLimit: PAGES, words: (pages) => recipe.words(pages) });
  const parent = new PlainSource(stage.records);
  const build = (scope: Scope): SlabSource => recipe.build(scope, parent);
  return standOf(recipe.box, stage, parent, build, (sizeClass) => parent.stock(sizeClass, 1)[0]);
}

/** The end of a chain over a pool in plain JavaScript. */
export function endStand({ box, words, build }: EndOfChain): SourceStand {
  const stage = new Stage({ pageLimit: PAGES, words });
  const pool = new PlainSlots(stage.records);
  const stand = standOf(
    box,
    stage,
    pool.slabs,
    (scope) => build(scope, pool),
    (sizeClass) => {
      const head = pool.slabs.make(sizeClass);
      stand.source.offer(sizeClass, head);
      return head;
    },
  );
  return stand;
}

function standOf(
  box: string,
  stage: Stage,
  slabs: PlainSource,
  build: (scope: Scope) => SlabSource,
  far: SourceStand['far'],
): SourceStand {
  const source = new CheckedSource(stage.records, build(stage.scope()), box);
  const peer = (): SlabSource => build(stage.scope({ founding: false, fresh: false }));
  return { stage, inspection: new Inspection(box), source, slabs, far, peer };
}

/** Makes `count` slabs and offers them. */
export function offerNew({ slabs, source }: SourceStand, sizeClass: SizeClass, count: number): PageIndex[] {
  return Array.from({ length: count }, () => {
    const head = slabs.make(sizeClass);
    source.offer(sizeClass, head);
    return head;
  });
}

/** The slabs of the class that a chain holds. */
export function heldOf(source: SlabSource, sizeClass: SizeClass): PageIndex[] {
  const held: PageIndex[] = [];
  source.held((c, head) => {
    if (c === sizeClass) held.push(head);
  });
  return held;
}

/** Says how many blocks of the slab have room. */
export function setRoom({ stage }: SourceStand, head: PageIndex, blocks: number): void {
  stage.records.words[noteOf(head) + NOTE_ROOM] = blocks;
}
