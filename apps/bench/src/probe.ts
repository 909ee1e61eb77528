/**
 * One probe in a process of its own, so that it finds a heap and a resident set that nothing else has used.
 *
 *   node probe.js counts | memory | give-back        prints one line, the probe's result as JSON
 */

import { BenchError } from './errors.js';
import { countSlabs } from './probes/counts.js';
import { measureGiveBack } from './probes/give-back.js';
import { measureMemory } from './probes/memory.js';

const PROBES: Record<string, () => unknown> = {
  counts: countSlabs,
  memory: measureMemory,
  'give-back': measureGiveBack,
};

const [, , name = ''] = process.argv;
if (!Object.hasOwn(PROBES, name)) throw new BenchError(`no probe is called "${name}"`);
process.stdout.write(`${JSON.stringify(PROBES[name]())}\n`);
