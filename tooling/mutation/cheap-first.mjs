// Order of test files for a mutant: those that took least in the run without mutants come first. Most mutants are seen
// by a small test; the models and the explorers, which take minutes, are left for the rest.

import { BaseSequencer } from 'vitest/node';

export class CheapFirst extends BaseSequencer {
  #longest = new Map();

  sort(files) {
    const cost = (file) => {
      const key = `${file.project.name}:${file.moduleId.slice(this.ctx.config.root.length + 1)}`;
      const { duration = 0 } = this.ctx.cache.getFileTestResults(key) ?? {};
      // A mutant may end a file early: the longest run is that of all of its tests.
      const longest = Math.max(duration, this.#longest.get(key) ?? 0);
      this.#longest.set(key, longest);
      return longest;
    };
    const costs = new Map(files.map((file) => [file, cost(file)]));
    return [...files].sort((a, b) => costs.get(a) - costs.get(b));
  }
}
