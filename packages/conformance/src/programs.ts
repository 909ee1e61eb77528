/** Random programs against a model: fast-check with a seed that is always said, so that a failure can be run again. */

import fc from 'fast-check';

/** How many programs a model-based case runs, and from which seed. */
export interface Chance {
  /** Default 20,261; any 32-bit integer. */
  readonly seed?: number | undefined;
  /** Programs to run; default 100. */
  readonly runs?: number | undefined;
  /** Whether a program that fails is shortened before it is shown, which may take a hundred runs; default true. */
  readonly shrink?: boolean | undefined;
}

/** The default seed. */
export const SEED = 20_261;

/** `100 random programs, seed 20261`, for the title of a case. */
export function inWords({ seed = SEED, runs = 100 }: Chance): string {
  return `${runs} random programs, seed ${seed}`;
}

/**
 * Runs programs of up to `length` steps. A step is drawn as three numbers of 0 … 2³⁰ − 1 and carried out by `act`, which
 * picks a command by the first; a failing program is shortened, and the error has its commands as `say` puts them.
 */
export function runPrograms<World>(
  chance: Chance,
  length: number,
  begin: () => World,
  act: (world: World, step: Step) => string,
): void {
  const { seed = SEED, runs = 100, shrink = true } = chance;
  const number = fc.nat(2 ** 30 - 1);
  const program = fc.array(fc.tuple(number, number, number), { maxLength: length, size: 'max' });
  fc.assert(
    fc.property(program, (steps) => {
      const world = begin();
      const said: string[] = [];
      try {
        for (const step of steps) said.push(act(world, step));
      } catch (error) {
        if (error instanceof Error) error.message += `\n  after: ${said.join(' · ') || 'nothing'}`;
        throw error;
      }
    }),
    { seed, numRuns: runs, endOnFailure: !shrink },
  );
}

/** What to do, and two numbers to pick by. */
export type Step = readonly [what: number, first: number, second: number];

/** The element that a number picks. */
export function pick<T>(from: readonly T[], by: number): T {
  return from[by % from.length];
}
