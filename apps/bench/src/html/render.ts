/**
 * The results as one HTML file that needs nothing else: the data as JSON in a script element, the client (client/, bundled by
 * tsup into dist/report.js and dist/report.css) inlined. A policy in the page forbids it every request.
 *
 * Single repetitions stay in the JSON file of the run; the page has their medians, intervals and outliers. Some 400 KB.
 */

import { readFileSync } from 'node:fs';
import { ALLOCATORS } from '../allocators/index.js';
import { BenchError } from '../errors.js';
import { packagePath } from '../paths.js';
import type { Results } from '../results.js';
import { TEAM_ALLOCATORS } from '../threads/allocators/index.js';
import { headline } from './headline.js';
import type { AllocatorTitle, PageData } from './report.js';

const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** The page of a run. Throws a BenchError when the client has not been built. */
export function renderHtml(results: Results): string {
  const allocators = allocatorTitles(results);
  const data: PageData = { headline: headline(results, allocators), allocators, results };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>HAKMEM bench: ${escapeHtml(results.machine.cpu)}, Node ${escapeHtml(results.machine.node)}</title>
<link rel="icon" href="data:,">
<style>${readClient('dist/report.css')}</style>
</head>
<body>
<noscript>The plots of this page are drawn by its script. The sentence above all: ${escapeHtml(data.headline)}</noscript>
<main id="report"></main>
<script type="application/json" id="data">${jsonForScript(data)}</script>
<script>${escapeScript(readClient('dist/report.js'))}</script>
</body>
</html>
`;
}

/** JSON that may stand in a script element: nothing in it can end the element. Lists of single repetitions are left out. */
export function jsonForScript(data: unknown): string {
  return JSON.stringify(data, withoutRepetitions).replaceAll('<', '\\u003c');
}

/** `rounds` of a cell is a list of lists; that of the settings and of a ratio is not, and stays. */
function withoutRepetitions(key: string, value: unknown): unknown {
  const isList = Array.isArray(value) && (key === 'warmUps' || (key === 'rounds' && Array.isArray(value[0])));
  return isList ? undefined : value;
}

/** Code that may stand in a script element; the backslashes change no string and no regular expression. */
export function escapeScript(code: string): string {
  return code.replaceAll(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function readClient(name: string): string {
  try {
    return readFileSync(packagePath(name), 'utf8');
  } catch {
    throw new BenchError(`${name} is missing; the build of apps/bench makes it`);
  }
}

/** Of the tables for one thread and for several, and of the user's own compositions, each once. */
function allocatorTitles({ own }: Results): readonly AllocatorTitle[] {
  const titles = new Map<string, AllocatorTitle>();
  const compositions = (own?.variants ?? []).map(({ name }) => ({ name, title: name, kind: 'composition' as const }));
  for (const { name, title, kind } of [...ALLOCATORS, ...TEAM_ALLOCATORS, ...compositions]) {
    if (!titles.has(name)) titles.set(name, { name, title: title.replaceAll('\n', ' ').replaceAll(' /', '/'), kind });
  }
  return [...titles.values()];
}
