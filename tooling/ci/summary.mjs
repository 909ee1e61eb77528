// node tooling/ci/summary.mjs --nodes 20,22 [--failed-steps N]
//
// Adds up the test reports of all packages on these versions of Node and ends with the line `N passed, N failed`. A package
// without a report, or with a report in which nothing passed, counts as a failure: a run must not be green because it was
// empty. So does each failed step that is not a test run.

import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { reportFile, testedPackages } from './workspace.mjs';

const { values } = parseArgs({
  options: { nodes: { type: 'string' }, 'failed-steps': { type: 'string', default: '0' } },
});

let passed = 0;
let failed = Number(values['failed-steps']);

for (const major of values.nodes.split(',')) {
  for (const dir of testedPackages()) {
    const found = read(reportFile(dir, major));
    passed += found.passed;
    failed += found.failed;
    for (const problem of found.problems) console.log(`Node ${major}, ${dir}: ${problem}`);
  }
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function read(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, problems: ['the tests did not run to their end'] };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const problems = [];
  let failures = 0;
  for (const suite of report.testResults) {
    const bad = suite.assertionResults.filter((test) => test.status === 'failed');
    for (const test of bad) problems.push(`failed: ${test.fullName}`);
    // A file that breaks before its first test has no test to blame.
    if (bad.length === 0 && suite.status === 'failed') problems.push(`failed: ${suite.name.split('/').pop()}`);
    failures += Math.max(bad.length, suite.status === 'failed' ? 1 : 0);
  }
  if (failures === 0 && report.numPassedTests === 0) {
    failures = 1;
    problems.push('no test ran');
  } else if (failures === 0 && !report.success) {
    failures = 1;
    problems.push('failed outside of its tests');
  }
  return { passed: report.numPassedTests, failed: failures, problems };
}
