/**
 * The suite of fronts: any map from size to class over a cache, for whatever sizes. All clauses are proved but FRONT-6, which is
 * the caller's: `checked` looks after it.
 */

import {
  BLOCK_BYTES,
  classOf,
  type Inspection,
  MID_MAX_BYTES,
  PAGE_BYTES,
  type RecipeOf,
  type SizeClass,
} from '@hakmem/contracts';
import { type Chance, inWords } from '../programs.js';
import type { Case, Suite } from '../suite.js';
import { runFrontPrograms } from './front-model.js';
import { FrontStand } from './front-stand.js';
import { labelCases, wantsCase } from './recipe.js';

/** What to try. */
export interface FrontSuiteOptions extends Chance {
  /** Makes the recipe; called for each case. */
  readonly recipe: () => RecipeOf<'front'>;
  /** The classes that it serves, ascending; default: all up to that of `maxBytes`. */
  readonly classes?: readonly SizeClass[] | undefined;
}

/** The classes that the front serves; asked for in a case, so that a box which cannot be built is a case that fails. */
type Served = () => readonly SizeClass[];
type Stands = (apart?: boolean, pages?: number) => FrontStand;
/** Enough for two spans of every class. */
const MANY_PAGES = 4_096;

/** The suite of the contract FRONT, over a cache in plain JavaScript. */
export function frontSuite(options: FrontSuiteOptions): Suite {
  const { recipe } = options;
  const stand: Stands = (apart, pages) => new FrontStand(recipe(), apart, pages);
  const classes = (): readonly SizeClass[] => options.classes ?? allUpTo(stand().raw.maxBytes);
  return {
    title: recipe().box,
    cases: [
      ...labelCases(recipe, 'front', () => stand().raw),
      wantsCache(recipe),
      ...mapCases(stand, classes),
      ...callCases(stand, classes),
      ...generalCases(stand, classes),
      {
        clauses: ['FRONT-1', 'FRONT-2', 'FRONT-3', 'FRONT-4'],
        what: `against a model, ${inWords(options)}`,
        run: () => runFrontPrograms(options, stand),
      },
    ],
  };
}

function wantsCache(recipe: () => RecipeOf<'front'>): Case {
  return {
    clauses: ['GENERAL-E'],
    what: 'a cache that lacks a method which it wants is refused, by its name',
    run() {
      const { stage, cache } = new FrontStand(recipe(), true);
      const build = (lacking: never): unknown => recipe().build(stage.scope(), lacking);
      return wantsCase(recipe, 'cache', cache, ['take', 'give'], build).run();
    },
  };
}

/** The classes of the sizes up to `maxBytes`. */
function allUpTo(maxBytes: number): SizeClass[] {
  return Array.from({ length: classOf(Math.min(maxBytes, MID_MAX_BYTES)) + 1 }, (_, c) => c);
}

/** The class that must serve `bytes`, by looking at all. */
function smallest(classes: readonly SizeClass[], bytes: number): SizeClass | undefined {
  return classes.find((c) => BLOCK_BYTES[c] >= bytes);
}

/** Both ends of what each class serves. */
function edges(classes: readonly SizeClass[], maxBytes: number): number[] {
  const ends = classes.flatMap((c, i) => [i === 0 ? 0 : BLOCK_BYTES[classes[i - 1]] + 1, BLOCK_BYTES[c]]);
  return ends.filter((bytes) => bytes <= maxBytes);
}

function mapCases(stand: Stands, served: Served): Case[] {
  return [
    {
      clauses: ['FRONT-1'],
      what: 'its largest request is one that a class holds',
      run() {
        const classes = served();
        const { raw, inspection } = stand();
        const fits = Number.isInteger(raw.maxBytes) && raw.maxBytes >= 1 && raw.maxBytes <= MID_MAX_BYTES;
        inspection.must('FRONT-1', fits, 'maxBytes', { maxBytes: raw.maxBytes, mostOfAll: MID_MAX_BYTES });
        const largest = smallest(classes, raw.maxBytes);
        inspection.must('FRONT-1', largest !== undefined, 'maxBytes', { maxBytes: raw.maxBytes, classes });
      },
    },
    {
      clauses: ['FRONT-4', 'FRONT-1'],
      what: 'the class of every size is the smallest that holds it',
      run() {
        const classes = served();
        const { raw, inspection } = stand();
        let at = 0;
        for (let bytes = 0; bytes <= raw.maxBytes; bytes++) {
          while (BLOCK_BYTES[classes[at]] < bytes) at++;
          const sizeClass = raw.classOf(bytes);
          if (sizeClass === classes[at]) continue;
          inspection.must('FRONT-1', false, `classOf(${bytes})`, { sizeClass, expected: classes[at] });
        }
      },
    },
    {
      clauses: ['FRONT-4'],
      what: 'malloc asks for the class that classOf names, at both ends of every class',
      run() {
        const classes = served();
        const { raw, cache, inspection } = stand(false, MANY_PAGES);
        for (const bytes of edges(classes, raw.maxBytes)) {
          const address = raw.malloc(bytes);
          const sizeClass = cache.live.get(address);
          const expected = smallest(classes, bytes);
          const same = sizeClass === expected && raw.classOf(bytes) === expected;
          inspection.must('FRONT-4', same, `malloc(${bytes})`, { sizeClass, expected, classOf: raw.classOf(bytes) });
          raw.free(sizeClass!, address);
        }
      },
    },
    {
      clauses: ['GENERAL-E'],
      what: 'a request for a multiple of its alignment gets a block at a multiple of it',
      run() {
        const { raw, recipe, inspection } = stand();
        const { alignment } = recipe.capabilities;
        inspection.must('GENERAL-E', alignment <= PAGE_BYTES, 'alignment', { alignment, mostOfAll: PAGE_BYTES });
        for (let bytes = alignment; bytes <= raw.maxBytes; bytes += alignment) {
          const size = BLOCK_BYTES[raw.classOf(bytes)];
          inspection.must('GENERAL-E', size % alignment === 0, `classOf(${bytes})`, { blockBytes: size, alignment });
        }
      },
    },
  ];
}

function callCases(stand: Stands, served: Served): Case[] {
  return [
    {
      clauses: ['FRONT-2'],
      what: 'a block is freed once: the second time, under another class and where none was, the answer is false',
      run() {
        const classes = served();
        const at = stand();
        const { front, raw, cache, inspection } = at;
        const sizeClass = raw.classOf(raw.maxBytes);
        const address = front.malloc(raw.maxBytes);
        const before = at.state();
        const tried: readonly (readonly [SizeClass, number])[] = [
          [classes[0] === sizeClass ? sizeClass + 1 : classes[0], address],
          [sizeClass, address + 16],
          [sizeClass, 0],
          [sizeClass, 4_294_967_280],
        ];
        for (const [c, place] of tried) refuses(inspection, front.free(c, place), c, place);
        inspection.must('FRONT-2', at.state() === before, 'free', { before, after: at.state() });
        const freed = front.free(sizeClass, address);
        inspection.must('FRONT-2', freed && cache.live.size === 0, `free(${sizeClass}, ${address})`, { freed });
        refuses(inspection, front.free(sizeClass, address), sizeClass, address);
      },
    },
    {
      clauses: ['FRONT-3', 'GENERAL-F'],
      what: 'without memory the answer is 0 and nothing changes; with memory again it is a block',
      run() {
        const at = stand();
        const { front, cache, inspection } = at;
        const kept = [front.malloc(1), front.malloc(front.maxBytes)];
        front.free(front.classOf(1), kept[0]);
        const before = at.state();
        cache.exhausted = true;
        for (const bytes of [1, front.maxBytes, 1]) {
          const address = front.malloc(bytes);
          inspection.must('FRONT-3', address === 0, `malloc(${bytes})`, { address });
        }
        inspection.must('FRONT-3', at.state() === before, 'malloc', { before, after: at.state() });
        cache.exhausted = false;
        for (const bytes of [1, front.maxBytes]) {
          const address = front.malloc(bytes);
          inspection.must('FRONT-3', address !== 0, `malloc(${bytes})`, { address });
        }
      },
    },
    {
      clauses: ['FRONT-5'],
      what: 'each malloc is one take, each free is one give, and what was handed over reaches it as it is',
      run() {
        const classes = served();
        const { raw, cache, inspection } = stand(false, MANY_PAGES);
        for (const bytes of edges(classes, raw.maxBytes)) {
          const sizeClass = raw.classOf(bytes);
          cache.calls.length = 0;
          const address = raw.malloc(bytes);
          saw(inspection, cache.calls, `malloc(${bytes})`, ['take', sizeClass]);
          for (const again of ['', ', again']) {
            raw.free(sizeClass, address);
            saw(inspection, cache.calls, `free(${sizeClass}, ${address})${again}`, ['give', sizeClass, address]);
          }
          raw.classOf(bytes);
          saw(inspection, cache.calls, `classOf(${bytes})`);
        }
        cache.exhausted = true;
        raw.malloc(1);
        saw(inspection, cache.calls, 'malloc(1)', ['take', raw.classOf(1)]);
      },
    },
  ];
}

function refuses(inspection: Inspection, answer: boolean, sizeClass: SizeClass, address: number): void {
  inspection.must('FRONT-2', answer === false, `free(${sizeClass}, ${address})`, { answer, live: false });
}

/** The cache has been called just so; forgets the calls. */
function saw(inspection: Inspection, calls: (string | number)[][], call: string, ...expected: unknown[][]): void {
  const seen = calls.map(String).join(' · ');
  inspection.must('FRONT-5', seen === expected.map(String).join(' · '), call, { calls: seen });
  calls.length = 0;
}

function generalCases(stand: Stands, served: Served): Case[] {
  return [
    {
      clauses: ['GENERAL-B'],
      what: 'a change of policy changes no class, and what was handed out can be given back',
      run() {
        const classes = served();
        const { raw, stage, inspection } = stand(false, MANY_PAGES);
        const sizes = edges(classes, raw.maxBytes);
        const blocks = sizes.map((bytes) => raw.malloc(bytes));
        stage.policy.words.fill(1, stage.policy.start, stage.policy.start + stage.policy.length);
        sizes.forEach((bytes, i) => {
          const sizeClass = raw.classOf(bytes);
          inspection.must('GENERAL-B', sizeClass === smallest(classes, bytes), `classOf(${bytes})`, { sizeClass });
          inspection.must('GENERAL-B', raw.free(sizeClass, blocks[i]), `free(${sizeClass}, ${blocks[i]})`);
        });
      },
    },
    {
      clauses: ['GENERAL-D', 'FRONT-5'],
      what: 'it writes no word and no live byte: they are its cache’s',
      run() {
        const classes = served();
        const { raw, stage, inspection } = stand(true);
        const { words, live } = stage.control;
        const before = words.slice();
        for (const bytes of edges(classes, raw.maxBytes)) raw.free(raw.classOf(bytes), raw.malloc(bytes));
        const word = words.findIndex((each, i) => each !== before[i]);
        inspection.must('GENERAL-D', word === -1, 'malloc and free', { word });
        const byte = live.findIndex((each) => each !== 0);
        inspection.must('GENERAL-D', byte === -1, 'malloc and free', { liveByte: byte });
        stage.checkFences(inspection, 'malloc and free');
      },
    },
    {
      clauses: ['GENERAL-C'],
      what: 'one built in a heap that is there already changes nothing, the policy neither',
      run() {
        const { recipe, stage, cache, inspection } = stand(true);
        stage.policy.words.fill(7, stage.policy.start, stage.policy.start + stage.policy.length);
        cache.calls.length = 0;
        inspection.observe('build', stage.records.words, () =>
          recipe.build(stage.scope({ founding: false, fresh: false }), cache),
        );
        inspection.must('GENERAL-C', cache.calls.length === 0, 'build', { calls: cache.calls.length });
      },
    },
  ];
}
