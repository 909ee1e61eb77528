import { app } from '@hakmem/tooling-tsup';
import { build } from 'tsup';

// Split, so that a cell loads only the allocator that it measures.
const entry = {
  main: 'src/main.ts',
  cell: 'src/cell.ts',
  probe: 'src/probe.ts',
  'thread-cell': 'src/threads/cell.ts',
  'thread-worker': 'src/threads/worker.ts',
  'html-check': 'src/html/check.ts',
};

/** The script and the style of the HTML report, each in one piece; render.ts puts them into the page. */
function buildReport(outDir: string): Promise<void> {
  return build({
    config: false,
    entry: { report: 'src/html/client/main.ts' },
    outDir,
    format: 'iife',
    outExtension: () => ({ js: '.js' }),
    platform: 'browser',
    target: 'es2022',
    minify: true,
    silent: true,
  });
}

// After the rest, whose build empties the folder.
export default app({ entry, splitting: true, onSuccess: () => buildReport('dist') });
