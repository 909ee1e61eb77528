// Starts worker.ts: Node 20 cannot load TypeScript in a Worker.

import { tsImport } from 'tsx/esm/api';

await tsImport('./worker.ts', import.meta.url);
