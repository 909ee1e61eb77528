// The mutants that no test has seen, and the list of those that may live: packages/<box>/etc/mutants.json.
//
//   { "measured": { … the numbers; "seconds" only when they are of one whole run, null when put together from several },
//     "survivors": [ { "why": "…", "mutants": [ "<file> `<line>` <code> → <what it became>", … ] } ] }
//
// A mutant is named by its text and not by its place, so that the list stands while lines move. The same text may be there
// more than once: so many mutants of it may live.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SEEN = ['Killed', 'Timeout'];
const UNSEEN = ['Survived', 'NoCoverage'];
/** Not seen, or ended by the clock and not by the count of its rounds: a busy machine may be the reason. */
const isOpen = ({ status, statusReason }) => UNSEEN.includes(status) || (status === 'Timeout' && !statusReason);
const TEXT_LENGTH = 160;

/** What Stryker's report says: how many mutants, how many were seen, and the names of those that were not. */
export function readReport(file) {
  const all = Object.entries(JSON.parse(readFileSync(file, 'utf8')).files).flatMap(([path, { source, mutants }]) =>
    mutants.map((mutant) => ({ ...mutant, path, lines: source.split('\n') })),
  );
  const having = (...statuses) => all.filter(({ status }) => statuses.includes(status));
  const tested = having(...SEEN, ...UNSEEN).length;
  const survivors = having(...UNSEEN).map((mutant) => ({ name: nameOf(mutant), place: placeOf(mutant) }));
  return {
    mutants: tested,
    killed: having('Killed').length,
    timeouts: having('Timeout').length,
    survivors,
    ignored: having('Ignored').length,
    // Mutants that cannot be run at all; Stryker takes none of them into account.
    errors: having('RuntimeError', 'CompileError').map(placeOf),
    score: Math.floor((1_000 * (tested - survivors.length)) / tested) / 10,
  };
}

/** Where the mutants are that are to be looked at again, as Stryker takes places: columns from 0 on. */
export function rangesOfOpen(file, folder) {
  const ranges = [];
  for (const [path, { source, mutants }] of Object.entries(JSON.parse(readFileSync(file, 'utf8')).files)) {
    if (readFileSync(join(folder, path), 'utf8') !== source) throw new Error(`${path} has changed since: run them all`);
    for (const { location } of mutants.filter(isOpen)) {
      const [from, to] = [location.start, location.end].map(({ line, column }) => `${line}:${column - 1}`);
      ranges.push(`${path}:${from}-${to}`);
    }
  }
  return ranges.join(',');
}

/** Writes into the report of a whole run what has become of those. */
export function mergeOpen(file, part) {
  const whole = JSON.parse(readFileSync(file, 'utf8'));
  const now = JSON.parse(readFileSync(part, 'utf8')).files;
  const keyOf = ({ location: { start, end }, replacement }) =>
    [start.line, start.column, end.line, end.column, replacement].join();
  for (const [path, { mutants }] of Object.entries(whole.files)) {
    for (const mutant of mutants.filter(isOpen)) {
      const { status, statusReason } = now[path]?.mutants.find((each) => keyOf(each) === keyOf(mutant)) ?? mutant;
      Object.assign(mutant, { status, statusReason });
    }
  }
  writeFileSync(file, JSON.stringify(whole));
}

function nameOf({ path, lines, location: { start, end }, replacement }) {
  const code = lines.slice(start.line - 1, end.line);
  code[code.length - 1] = code[code.length - 1].slice(0, end.column - 1);
  code[0] = code[0].slice(start.column - 1);
  const line = lines[start.line - 1].trim();
  return `${path} \`${line}\` ${short(code.join('\n'))} → ${short(replacement)}`;
}

function placeOf({ path, location: { start }, mutatorName, status }) {
  return `${path}:${start.line}:${start.column} ${mutatorName}, ${status}`;
}

function short(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > TEXT_LENGTH ? `${line.slice(0, TEXT_LENGTH - 1)}…` : line;
}

export function listFile(folder) {
  return join(folder, 'etc', 'mutants.json');
}

export function readList(folder) {
  const file = listFile(folder);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { measured: null, survivors: [] };
}

/** Survivors that the list does not allow or gives no reason for, and names on the list that are none any more. */
export function compare(survivors, list) {
  const allowed = list.survivors.filter(({ why }) => why.trim() !== '').flatMap(({ mutants }) => mutants);
  const unlisted = survivors.filter(({ name }) => !takeOne(allowed, name));
  return { unlisted, gone: allowed };
}

function takeOne(names, name) {
  const at = names.indexOf(name);
  if (at >= 0) names.splice(at, 1);
  return at >= 0;
}

/** The list after a whole run: reasons stay, what was killed goes, what is new waits for its reason. */
export function writeList(folder, { survivors, ...report }, seconds) {
  const left = survivors.map(({ name }) => name);
  const kept = readList(folder)
    .survivors.map(({ why, mutants }) => ({ why, mutants: mutants.filter((name) => takeOne(left, name)) }))
    .filter(({ mutants }) => mutants.length > 0);
  if (left.length > 0) kept.push({ why: '', mutants: left });
  const { mutants, killed, timeouts, ignored, score } = report;
  const measured = { mutants, killed, timeouts, survivors: survivors.length, ignored, score, seconds };
  writeFileSync(listFile(folder), `${JSON.stringify({ measured, survivors: kept }, null, 2)}\n`);
}
