/** The tables about the native rivals: which there are, the means over many rows, the speed to reach. */

import { missingLines } from './native/rivals.js';
import type { RatioGoal, Results, Rivals } from './results.js';
import { decimal, intervalCell, plainTable } from './table.js';

const MET = { yes: 'yes', no: 'NO', open: 'within' } as const;

export function renderRivals({ available, missing }: Rivals): string {
  const there = available.map(({ name, version }) => (version === '' ? name : `${name} (${version})`));
  return [
    ...(there.length === 0 ? [] : [`Native rivals, with the same loops in C: ${there.join(', ')}.`]),
    ...missingLines(missing).map((line) => `Left out: ${line}`),
  ].join('\n');
}

export function renderMeans({ means }: Pick<Results, 'means'>): string {
  if (means.length === 0) return '';
  const natives = [...new Set(means.map(({ to }) => to))];
  const table = plainTable(['hakmem shared, times as fast as:\ngeometric mean (interval) over', ...natives]);
  for (const what of new Set(means.map((mean) => mean.what))) {
    const cells = natives.map((to) => means.find((mean) => mean.what === what && mean.to === to));
    const rows = Math.max(...cells.map((mean) => mean?.rows ?? 0));
    table.push([`${what} (${rows})`, ...cells.map((mean) => (mean === undefined ? '' : intervalCell(mean)))]);
  }
  return table.toString();
}

export function renderRatioGoals({ ratioGoals }: Pick<Results, 'ratioGoals'>): string {
  if (ratioGoals.length === 0) return '';
  const natives = [...new Set(ratioGoals.map(({ to }) => to))];
  const heads = natives.flatMap((name) => [`times ${name}:\nwanted`, 'seen (interval)', 'met']);
  const table = plainTable(['the speed to reach', ...heads]);
  for (const what of new Set(ratioGoals.map((goal) => goal.what))) {
    const cells = natives.flatMap((to) => goalCells(ratioGoals.find((goal) => goal.what === what && goal.to === to)));
    table.push([what, ...cells]);
  }
  const count = (met: RatioGoal['met']) => ratioGoals.filter((goal) => goal.met === met).length;
  const sums = `${count('yes')} met, ${count('open')} within the interval, ${count('no')} not met.`;
  return `${table.toString()}\n${sums}`;
}

function goalCells(goal: RatioGoal | undefined): readonly string[] {
  return goal === undefined ? ['', '', ''] : [`≥ ${decimal(goal.wanted)}`, intervalCell(goal), MET[goal.met]];
}
