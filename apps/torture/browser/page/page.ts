/** The page: makes the trials one after the other and leaves `report`, a promise of the report as JSON. */

import { createHeap, wasmMemory } from 'hakmem';
import type { Check, Report } from './report.ts';
import { trial } from './trial.ts';

const MAX_BYTES = 64 * 2 ** 20;

async function all(): Promise<string> {
  const isolated: Check = {
    name: 'the page is isolated and may share memory',
    ok: crossOriginIsolated && typeof SharedArrayBuffer === 'function',
    found: `crossOriginIsolated is ${crossOriginIsolated}, SharedArrayBuffer is a ${typeof SharedArrayBuffer}`,
  };
  const checks = [isolated];
  if (isolated.ok) {
    checks.push(...(await trial('SharedArrayBuffer', createHeap({ maxBytes: MAX_BYTES }), false)));
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 1_024, shared: true });
    checks.push(
      ...(await trial('WebAssembly.Memory', createHeap({ memory: wasmMemory(memory, { shared: true }) }), true)),
    );
  }
  return JSON.stringify({ checks } satisfies Report);
}

Object.assign(globalThis, { report: all() });
