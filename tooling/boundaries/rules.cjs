// The rules of who may import what, checked by dependency-cruiser over packages/, apps/ and examples/ (`npm run
// boundaries`). Bottom to top: contracts ← boxes ← hakmem ← trace, guard ← apps, examples; conformance stands beside the boxes.
// Packages import each other by name only; a name resolves to packages/<dir>/src/index.ts, as everywhere in this workspace.

const BOX = '^packages/(?!hakmem/|contracts/|trace/|guard/|conformance/)([^/]+)/';
const CONFIG = '^(packages|apps|examples)/[^/]+/[^/]+\\.config\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'box-imports-contracts-only',
      comment: 'A box, its tests and its benches know contracts and themselves; collaborators are handed in.',
      severity: 'error',
      from: { path: BOX, pathNot: '^packages/[^/]+/test/' },
      to: { path: '^(packages|apps|examples)/', pathNot: '^packages/($1|contracts)/' },
    },
    {
      name: 'box-tests-import-contracts-and-conformance',
      comment: 'The suites and their stand-ins, beside what the box itself may know.',
      severity: 'error',
      from: { path: `${BOX}test/` },
      to: { path: '^(packages|apps|examples)/', pathNot: '^packages/($1|contracts|conformance)/' },
    },
    {
      name: 'conformance-imports-contracts-only',
      comment: 'The suites judge whatever box they are given, so they know none.',
      severity: 'error',
      from: { path: '^packages/conformance/' },
      to: { path: '^(packages|apps|examples)/', pathNot: '^packages/(conformance|contracts)/' },
    },
    {
      name: 'guard-imports-contracts-only',
      comment: 'The layers know a heap by its verbs; their tests and benches use the composed one.',
      severity: 'error',
      from: { path: '^packages/guard/src/' },
      to: { path: '^(packages|apps|examples)/', pathNot: '^packages/(guard|contracts)/' },
    },
    {
      name: 'guard-tests-import-hakmem',
      severity: 'error',
      from: { path: '^packages/guard/(test|bench)/' },
      to: { path: '^(packages|apps|examples)/', pathNot: '^packages/(guard|contracts|hakmem)/' },
    },
    {
      name: 'hakmem-imports-contracts-and-boxes',
      comment: 'The composition is made of boxes; what is built around a heap is not part of it.',
      severity: 'error',
      from: { path: '^packages/hakmem/src/' },
      to: { path: '^packages/(trace|guard|conformance|interleave)/' },
    },
    {
      name: 'examples-import-packages',
      comment: 'An example is what a user writes: packages by their names.',
      severity: 'error',
      from: { path: '^examples/([^/]+)/' },
      to: { path: '^(apps|examples|tooling)/', pathNot: '^(examples/$1/|tooling/vitest/)' },
    },
    {
      name: 'contracts-imports-nothing',
      comment: 'Everything stands on contracts, so contracts stands on nothing.',
      severity: 'error',
      from: { path: '^packages/contracts/src/' },
      to: { pathNot: '^packages/contracts/src/' },
    },
    {
      name: 'contracts-knows-no-box',
      severity: 'error',
      from: { path: '^packages/contracts/' },
      to: { path: '^(packages|apps|examples)/', pathNot: '^packages/contracts/' },
    },
    {
      name: 'trace-stands-on-nothing',
      comment: 'The recorder knows a heap by its verbs; its tests and benches use the composed one.',
      severity: 'error',
      from: { path: '^packages/trace/' },
      to: { path: '^(packages|apps|examples)/', pathNot: '^packages/(trace|hakmem)/' },
    },
    {
      name: 'no-package-knows-trace',
      comment: 'It is a tool around a heap, for programs: the allocator is built without it.',
      severity: 'error',
      from: { path: '^packages/(?!trace/)' },
      to: { path: '^packages/trace/' },
    },
    {
      name: 'no-import-of-apps',
      comment: 'Nothing is built upon a program.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(apps|examples)/' },
    },
    {
      name: 'no-deep-import',
      comment: "A package is what its index exports; another package's files are closed.",
      severity: 'error',
      from: { path: '^(packages|apps|examples)/([^/]+)/' },
      to: {
        path: '^(packages|apps|examples)/',
        pathNot: ['^(packages|apps|examples)/$2/', '^packages/[^/]+/src/index\\.ts$', '^packages/trace/src/node\\.ts$'],
      },
    },
    {
      name: 'no-relative-import-of-a-package',
      comment: 'Other packages are imported by name, not by a path that leads out of the own package.',
      severity: 'error',
      from: { path: '^(packages|apps|examples)/([^/]+)/' },
      to: {
        path: '^(packages|apps|examples)/',
        pathNot: '^(packages|apps|examples)/$2/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['npm'],
      },
    },
    {
      name: 'ships-without-dependencies',
      comment: 'What is published runs in browsers and Workers: no npm packages, no Node modules, no tooling.',
      severity: 'error',
      from: {
        path: '^packages/[^/]+/src/',
        pathNot: ['^packages/(interleave|conformance)/src/', '^packages/trace/src/node\\.ts$'],
      },
      to: { pathNot: '^packages/[^/]+/src/' },
    },
    {
      name: 'interleave-ships-with-node-only',
      comment: 'The explorer is a tool for Node: it starts Workers and imports modules of Node, and nothing else.',
      severity: 'error',
      from: { path: '^packages/interleave/src/' },
      to: { pathNot: '^packages/interleave/src/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'conformance-ships-with-fast-check',
      comment:
        "Random programs are fast-check's; Workers and the command are Node's. Nothing else is installed with it.",
      severity: 'error',
      from: { path: '^packages/conformance/src/' },
      to: { pathNot: ['^packages/[^/]+/src/', 'node_modules/fast-check/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'trace-reads-files-with-node-only',
      comment: 'The entry for Node imports modules of Node; nothing of the other entry imports it.',
      severity: 'error',
      from: { path: '^packages/trace/src/node\\.ts$' },
      to: { pathNot: '^packages/trace/src/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'trace-runs-in-browsers',
      severity: 'error',
      from: { path: '^packages/trace/src/' },
      to: { path: '^packages/trace/src/node\\.ts$' },
    },
    {
      name: 'sources-do-not-import-tests',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      to: { path: '^(packages|apps)/[^/]+/(test|bench)/' },
    },
    {
      name: 'no-tooling-outside-configuration',
      comment: 'Only tests and benches may import tooling: the suites, and what benches are written with.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: [CONFIG, '^packages/[^/]+/(test|bench)/'] },
      to: { path: '^tooling/' },
    },
    {
      name: 'tests-import-suites-only',
      severity: 'error',
      from: { path: '^packages/[^/]+/test/' },
      to: { path: '^tooling/', pathNot: '^tooling/suites/' },
    },
    {
      name: 'benches-import-suites-and-bench-only',
      severity: 'error',
      from: { path: '^packages/[^/]+/bench/' },
      to: { path: '^tooling/', pathNot: '^tooling/(suites|bench)/' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'Also the answer to an import of a path that the exports of a package close.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^tooling/'] },
    exclude: { path: '^(packages|apps|examples)/[^/]+/(dist|temp|\\.reports|bench/results|results)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@hakmem/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.d.ts'],
    },
    moduleSystems: ['es6', 'cjs'],
    skipAnalysisNotInRules: true,
  },
};
