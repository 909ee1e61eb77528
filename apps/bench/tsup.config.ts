import { app } from '@hakmem/tooling-tsup';

// Split, so that a cell loads only the allocator that it measures.
export default app({ entry: ['src/main.ts', 'src/cell.ts', 'src/probe.ts'], splitting: true });
