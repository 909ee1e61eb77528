// Starts a Worker from the sources: Node 20 cannot load TypeScript in one. Not published; a build has dist/worker.js.

import { tsImport } from 'tsx/esm/api';

await tsImport('./src/worker.ts', import.meta.url);
