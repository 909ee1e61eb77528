import { app } from '@hakmem/tooling-tsup';

// Split, so that a cell loads only the allocator that it measures.
const entry = {
  main: 'src/main.ts',
  cell: 'src/cell.ts',
  probe: 'src/probe.ts',
  'thread-cell': 'src/threads/cell.ts',
  'thread-worker': 'src/threads/worker.ts',
};

export default app({ entry, splitting: true });
