// node tooling/pack/check-release.mjs
//
// What the next release will be, by the changesets that are there, and whether it can be: all published packages have
// one version and get one (CONTRIBUTING.md, "Releasing"), and each changeset names packages that are published. Reads
// files alone, no history of git. Prints the plan; what is wrong is printed, too, and the exit code is 1.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import getReleasePlan from '@changesets/get-release-plan';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const published = new Map(
  readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name, 'package.json'))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')))
    .filter((manifest) => manifest.private !== true)
    .map(({ name, version }) => [name, version]),
);

const plan = await (getReleasePlan.default ?? getReleasePlan)(root).catch((error) => fail([error.message]));
const releases = plan.releases.filter(({ type }) => type !== 'none');
const problems = [];
for (const { id, summary, releases: named } of plan.changesets) {
  if (summary.trim() === '') problems.push(`.changeset/${id}.md says nothing`);
  for (const { name } of named)
    if (!published.has(name)) problems.push(`.changeset/${id}.md: ${name} is not published`);
}
const now = new Set(published.values());
if (now.size !== 1) problems.push(`the published packages have different versions: ${show(published)}`);
const next = new Map(releases.map(({ name, newVersion }) => [name, newVersion]));
const apart = [...published.keys()].filter((name) => !next.has(name));
if (releases.length > 0 && apart.length > 0)
  problems.push(`would not be released with the others: ${apart.join(', ')}`);
if (new Set(next.values()).size > 1) problems.push(`would get different versions: ${show(next)}`);
if (problems.length > 0) fail(problems);

const count = `${plan.changesets.length} changesets`;
if (releases.length === 0) console.log(`${count}: nothing to release, ${published.size} packages stay ${[...now]}`);
else console.log(`${count}: ${releases.length} packages go from ${[...now]} to ${releases[0].newVersion}`);

function show(versions) {
  return [...versions].map((pair) => pair.join(' ')).join(', ');
}

function fail(lines) {
  for (const line of lines) console.log(`FAILED: ${line}`);
  process.exit(1);
}
