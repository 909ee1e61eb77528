// Before each test file. The active mutant is handed to the Workers that tests start: they inherit the environment, and the
// instrumented sources look there when they are loaded. And a property that fails is not shrunk: that it fails is enough.

import fc from 'fast-check';
import { beforeEach, inject } from 'vitest';

/** Tests of what the engine does with the sources as they are; these are instrumented. */
const OF_THE_ENGINE = /the memory of the engine does not grow/;

if (inject('mode') === 'mutant') process.env.__STRYKER_ACTIVE_MUTANT__ = inject('activeMutant');
fc.configureGlobal({ endOnFailure: true });
beforeEach(({ task, skip }) => skip(OF_THE_ENGINE.test(task.name), 'the counters of mutants make objects'));
