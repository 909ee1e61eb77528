// What Workers of the conformance suite attach with: Node 20 cannot load TypeScript in a Worker.

import { tsImport } from 'tsx/esm/api';

const { attachHeap } = await tsImport('../src/index.ts', import.meta.url);

export const attach = attachHeap;
