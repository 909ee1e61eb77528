/** What the project promises itself and what the run saw, in tables. */

import type { Results } from '../../../results.js';
import { el, foldedTable, type Section, tableElement } from '../dom.js';
import { times, timesWithin } from '../format.js';
import type { Palette } from '../palette.js';

const MARKS = { yes: '✓ met', no: '✗ missed', open: '– open' } as const;

export function goals({ goals: own, ratioGoals }: Results, palette: Palette): Section {
  const table = (met: readonly string[]) => ({
    columns: ['row', 'rival', 'wanted', 'seen (95 % interval)', 'met'],
    rows: ratioGoals
      .filter((goal) => met.includes(goal.met))
      .map((goal) => [
        goal.what,
        palette.title(goal.to),
        `≥ ${times(goal.wanted)}`,
        timesWithin(goal),
        MARKS[goal.met],
      ]),
  });
  const others = tableElement({
    columns: ['goal', 'wanted', 'seen', 'met'],
    rows: own.map(({ what, wanted, seen, met }) => [
      what,
      wanted,
      seen,
      met === null ? MARKS.open : MARKS[met ? 'yes' : 'no'],
    ]),
  });
  const counts = (['yes', 'no', 'open'] as const).map((met) => ratioGoals.filter((goal) => goal.met === met).length);
  const summary = `${counts[0]} of ${ratioGoals.length} are met, ${counts[1]} missed, ${counts[2]} open (the interval has the wanted ratio in it).`;
  return {
    id: 'goals',
    title: 'Goals',
    lead: 'What the project wants of itself, beside what this run saw. A busy machine or a short form misses goals, too.',
    content:
      own.length + ratioGoals.length === 0
        ? null
        : [
            ...(ratioGoals.length === 0
              ? []
              : [
                  el('h3', {}, 'Against the native allocators'),
                  el('p', {}, summary),
                  counts[1] + counts[2] === 0 ? null : tableElement(table(['no', 'open'])),
                  counts[0] === 0 ? null : foldedTable('Those that are met', table(['yes'])),
                ]),
            ...(own.length === 0 ? [] : [el('h3', {}, 'Against itself and what JavaScript has'), others]),
          ],
    absent: 'This run measured nothing that there is a goal for.',
  };
}
