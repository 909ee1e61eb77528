/** What the probes counted: memory touched, memory given back, SuperSlabs, stages and the warm pool. */

import type { Counts } from '../../../probes/counts.js';
import type { GiveBack } from '../../../probes/give-back.js';
import type { MemoryUse } from '../../../probes/memory.js';
import type { Results } from '../../../results.js';
import { type Section, tableElement } from '../dom.js';
import { figures, megabytes, share } from '../format.js';

type Line = readonly [what: string, value: string];

export function memory({ memory: use, giveBack, counts }: Results): Section {
  const lines = [
    ...(use === undefined ? [] : useLines(use)),
    ...(giveBack === undefined ? [] : giveBackLines(giveBack)),
    ...(counts === undefined ? [] : countLines(counts)),
  ];
  return {
    id: 'memory',
    title: 'Memory and counts',
    lead: 'Probes in processes of their own. But for resident memory, nothing here depends on the machine.',
    content: lines.length === 0 ? null : [tableElement({ columns: ['what', 'seen'], rows: lines })],
    absent: 'No probe of memory and counts ran.',
  };
}

function useLines({ slots, liveBytes, source, touched, ratio }: MemoryUse): readonly Line[] {
  return [
    [`random_mixed ${slots}: bytes that the user holds`, megabytes(liveBytes)],
    [`touched (${source}): data, control`, `${megabytes(touched.data)}, ${megabytes(touched.control)}`],
    ['bytes touched per byte held', figures(ratio)],
  ];
}

function giveBackLines({ liveBytes, before, peak, after, returned }: GiveBack): readonly Line[] {
  return [
    [
      `local heap with ${megabytes(liveBytes)}: resident before, at the peak, after`,
      [before, peak, after].map(megabytes).join(', '),
    ],
    ['given back when everything was freed', share(returned)],
  ];
}

function countLines({ steps, slots, sharedSlots, oneClass, warmPool }: Counts): readonly Line[] {
  const { reuse, unused, fresh } = sharedSlots.stages;
  return [
    [
      `SuperSlabs at the peak, random_mixed ${slots}, ${steps.toLocaleString('en')} steps: shared, one class each`,
      `${sharedSlots.superSlabsAtPeak}, ${oneClass.superSlabsAtPeak}`,
    ],
    ['slabs by stage, shared: reuse, unused, fresh', `${reuse}, ${unused}, ${fresh}`],
    ...warmPool.map(
      ({ slots: count, hits, misses, hitRate }): Line => [
        `warm pool, random_mixed ${count}: hits, misses, hit rate`,
        `${hits}, ${misses}, ${share(hitRate)}`,
      ],
    ),
  ];
}
