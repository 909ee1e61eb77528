// What the package.json of a published package must say, and must not.

/** Each field and what it must be. `repository` is not asked for: there is no public one. */
const FIELDS = {
  name: ['hakmem or a name in @hakmem', (name) => /^(hakmem|@hakmem\/[a-z][a-z0-9-]*)$/.test(name)],
  version: ['a version', (version) => /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)],
  description: ['a sentence', (text) => typeof text === 'string' && text.length >= 30 && text.endsWith('.')],
  license: ['MIT', (license) => license === 'MIT'],
  keywords: ['three words or more', (words) => Array.isArray(words) && words.length >= 3],
  engines: ['{ "node": ">=20" }', (engines) => engines?.node === '>=20'],
  type: ['module', (type) => type === 'module'],
  sideEffects: ['false, or the files that have some', (value) => value === false || Array.isArray(value)],
  files: ['a list', (files) => Array.isArray(files)],
  publishConfig: ['{ "access": "public" }', (config) => config?.access === 'public'],
  exports: ['".", "./package.json", and types before default in each entry', areExports],
};

/** Of the workspace alone: protocols of pnpm, and the condition for sources. */
const UNPUBLISHED = ['workspace:', 'catalog:', '@hakmem/source'];
/** Scripts that would run at a user's. */
const FOREIGN_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

/** What is wrong with a package.json as it lies in a tarball, also given as text, one sentence each. */
export function manifestProblems(manifest, text) {
  const problems = [];
  for (const [field, [expected, isRight]] of Object.entries(FIELDS)) {
    const value = manifest[field];
    if (!isRight(value)) problems.push(`package.json: ${field} is ${JSON.stringify(value)}; expected ${expected}`);
  }
  for (const word of UNPUBLISHED) if (text.includes(word)) problems.push(`package.json still says ${word}`);
  for (const name of FOREIGN_SCRIPTS)
    if (manifest.scripts?.[name]) problems.push(`package.json has a script "${name}"`);
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const isOwn = /^(hakmem$|@hakmem\/)/.test(name);
    if (isOwn && version !== manifest.version)
      problems.push(`${name} is wanted as ${version}; expected ${manifest.version}`);
    if (name.startsWith('@hakmem/tooling')) problems.push(`${name} is a dependency, and is not published`);
  }
  return problems;
}

function areExports(exports) {
  if (exports?.['./package.json'] !== './package.json' || exports['.'] === undefined) return false;
  const entries = Object.entries(exports).filter(([path]) => path !== './package.json');
  return entries.every(([, entry]) => Object.keys(entry).join() === 'types,default');
}
