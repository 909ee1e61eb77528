import { preset } from '@hakmem/tooling-vitest';

/** Half of the time of all tests, and the same on every version of Node: C programs, Chromium, whole runs as processes, statistics. */
const SAME_EVERYWHERE = ['native/**', 'html/check.test.ts', 'command-line.test.ts', 'statistics/honesty.test.ts'];
const oldest = process.versions.node.startsWith('20.');

export default preset({ test: { exclude: oldest ? [] : SAME_EVERYWHERE.map((name) => `test/${name}`) } });
