/** Where and how the run was done, so that it can be repeated. */

import type { Results } from '../../../results.js';
import { el, type Section, tableElement } from '../dom.js';
import { megabytes } from '../format.js';

export function machine({ machine: on, settings, rivals, form, startedAt, seconds }: Results): Section {
  const { single, teams } = settings;
  const rounds = ({ rounds: [least, most], reps, target }: typeof single) =>
    `${least} to ${most} processes of up to ${reps} repetitions${target === null ? '' : `, until ratios are within ±${(100 * target).toFixed(1)} %`}`;
  const lines: [string, string][] = [
    ['processor', `${on.cpu}, ${on.cores} (${on.parallelism} threads at once)`],
    ['memory', megabytes(on.memoryBytes)],
    ['system', on.platform],
    ['Node', `${on.node}, V8 ${on.v8}`],
    ['commit', on.commit === undefined ? 'unknown' : `${on.commit}${on.changed === true ? ', with changes' : ''}`],
    ['run', `form ${form}, ${startedAt}, ${Math.round(seconds)} s`],
    ['cells of one thread', rounds(single)],
    ['cells of several', rounds(teams)],
    ...rivals.available.map(({ name, version }): [string, string] => [name, version]),
    ...rivals.missing.map(({ name, reason }): [string, string] => [name, `not there: ${reason}`]),
  ];
  return {
    id: 'machine',
    title: 'Machine and method',
    lead: 'A process of its own per cell, in turn; medians with bootstrap intervals. Every repetition is in the JSON file of the run.',
    content: [
      tableElement({ columns: ['what', ''], rows: lines }),
      el('p', { class: 'muted' }, 'This page needs no network.'),
    ],
    absent: '',
  };
}
