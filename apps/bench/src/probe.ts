/**
 * One probe in a process of its own, so that it finds a heap and a resident set that nothing else has used.
 *
 *   node probe.js counts | memory | give-back
 *   node probe.js 'composition-counts:<standard or compose:…> on <stream>'
 *   node probe.js 'latency:<trace>[ on <allocator>]' | timeline:<trace> | superslab-map:<trace or 'random_mixed <slots>'>
 *
 * prints one line, the probe's result as JSON.
 */

import { BenchError } from './errors.js';
import { countComposition } from './own/counts.js';
import { countSlabs } from './probes/counts.js';
import { measureGiveBack } from './probes/give-back.js';
import { measureLatency } from './probes/latency.js';
import { measureMemory } from './probes/memory.js';
import { mapSuperSlabs } from './probes/superslab-map.js';
import { measureTimeline } from './probes/timeline.js';

const PROBES: Record<string, (argument: string) => unknown> = {
  counts: countSlabs,
  'composition-counts': countComposition,
  memory: measureMemory,
  'give-back': measureGiveBack,
  latency: measureLatency,
  timeline: measureTimeline,
  'superslab-map': mapSuperSlabs,
};

const [, , asked = ''] = process.argv;
const [name] = asked.split(':', 1);
if (!Object.hasOwn(PROBES, name)) {
  throw new BenchError(`no probe is called "${name}"; there are: ${Object.keys(PROBES).join(', ')}`);
}
process.stdout.write(`${JSON.stringify(await PROBES[name](asked.slice(name.length + 1)))}\n`);
