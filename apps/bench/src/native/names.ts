/**
 * The native rivals: the system's malloc and three that are preloaded over it. What the command line calls them, how
 * a table does, and where they come from. Which of them this machine has is in rivals.ts.
 */

export interface RivalName {
  readonly name: string;
  /** Head of the column; a line break where the column may break. */
  readonly title: string;
  /** What has to be preloaded; absent where nothing has to. */
  readonly preload?: {
    /** Usual names of the shared library, the best first. */
    readonly files: readonly string[];
    /** Environment variable that may name the file instead. */
    readonly variable: string;
    /** What Debian's packages with it are called, numbers and all. */
    readonly debian: RegExp;
  };
}

/** In the order of the table. */
export const RIVALS: readonly RivalName[] = [
  { name: 'system', title: 'system\nmalloc' },
  {
    name: 'mimalloc',
    title: 'mimalloc',
    preload: {
      files: ['libmimalloc.so.3', 'libmimalloc.so.2', 'libmimalloc.so.1', 'libmimalloc.so'],
      variable: 'BENCH_MIMALLOC',
      debian: /^libmimalloc[\d.]+(t64)?$/,
    },
  },
  {
    name: 'jemalloc',
    title: 'jemalloc',
    preload: {
      files: ['libjemalloc.so.2', 'libjemalloc.so.1', 'libjemalloc.so'],
      variable: 'BENCH_JEMALLOC',
      debian: /^libjemalloc\d+(t64)?$/,
    },
  },
  {
    name: 'tcmalloc',
    title: 'tcmalloc',
    preload: {
      files: ['libtcmalloc_minimal.so.4', 'libtcmalloc_minimal.so', 'libtcmalloc.so.4', 'libtcmalloc.so'],
      variable: 'BENCH_TCMALLOC',
      debian: /^libtcmalloc-minimal\d+(t64)?$/,
    },
  },
];
