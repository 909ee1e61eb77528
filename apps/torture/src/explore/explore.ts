/** Opens an explorer on the scenario, as it is or with faults put in. */

import { type Explorer, openExplorer } from '@hakmem/interleave';
import { bundle, type Change } from '../bundle.ts';

/** Lets the scenario watch the control arrays of a thread that attaches. */
const WATCH: readonly Change[] = [
  {
    file: 'hakmem/src/attach.ts',
    from: 'const words = new Int32Array(handle.control, 0, handle.words);',
    to: 'const words = globalThis.watchForTorture(new Int32Array(handle.control, 0, handle.words));',
  },
  {
    file: 'hakmem/src/attach.ts',
    from: 'const live = new Uint8Array(handle.control, 4 * handle.words, groundLiveBytes(space.pageLimit));',
    to: 'const live = globalThis.watchForTorture(new Uint8Array(handle.control, 4 * handle.words, groundLiveBytes(space.pageLimit)));',
  },
];

/** An explorer of the scenario, in which `faults` have been put into the sources. */
export async function openScenario(faults: readonly Change[] = []): Promise<Explorer> {
  return openExplorer(await bundle(new URL('./scenario.ts', import.meta.url), [...WATCH, ...faults]), {
    stepLimit: 200_000,
    patience: 1_000_000, // nothing waits here, and a scan reads much that does not change
  });
}
