/**
 * What compositions of the user's own count beside the standard one, on the same streams: the group of an ablation that nobody
 * timed, as their speeds are in the tables. The same on every machine. A process per composition and stream, by probe.ts:
 *
 *   node probe.js 'composition-counts:standard on <stream>' | 'composition-counts:compose:<url> on <stream>'
 */

import { countHeap, countStream } from '../ablations/counts.js';
import { BASES, COUNTED_STREAMS } from '../ablations/groups.js';
import type { CountResult, GroupResult } from '../ablations/results.js';
import { MAX_BYTES } from '../allocators/hakmem.js';
import { heapOf } from '../compositions.js';
import type { ProbeResult } from '../probing.js';
import { loadOwn } from './composition.js';
import type { OwnColumn } from './find.js';

const [STANDARD] = BASES;
const ON = ' on ';

/** The probe. */
export async function countComposition(argument: string): Promise<CountResult> {
  const at = argument.indexOf(ON);
  const [asked, stream] = [argument.slice(0, at), argument.slice(at + ON.length)];
  if (asked === STANDARD.name) return countStream(asked, stream);
  const { name, parts } = await loadOwn(asked);
  const heap = heapOf(parts(), MAX_BYTES);
  return countHeap(name, { heap, verbs: heap }, stream);
}

/** Counts the usual streams, and `traces` by the names of their rows. `failures` says what could not be counted, and why. */
export async function countCompositions(
  { columns, traces }: { readonly columns: readonly OwnColumn[]; readonly traces: readonly string[] },
  probe: (asked: string) => Promise<ProbeResult<CountResult>>,
): Promise<{ readonly group: GroupResult; readonly failures: readonly string[] }> {
  const counts: CountResult[] = [];
  const failures: string[] = [];
  for (const stream of [...COUNTED_STREAMS, ...traces]) {
    for (const asked of [STANDARD.name, ...columns.map((column) => column.asked)]) {
      const { found, failure } = await probe(`composition-counts:${asked}${ON}${stream}`);
      if (found !== undefined) counts.push(found);
      if (failure !== undefined) failures.push(failure);
    }
  }
  const variants = columns.map(({ name, file }) => ({ name, differs: file }));
  const base = { base: STANDARD.name, baseHas: STANDARD.differs };
  return { group: { name: 'compositions of your own', ...base, variants, speeds: [], counts }, failures };
}
