/** Builds the page of a run from the JSON that stands in it. */

import './style.css';
import type { PageData } from '../report.js';
import { el, sectionElement } from './dom.js';
import { Palette } from './palette.js';
import { ablations } from './sections/ablations.js';
import { goals } from './sections/goals.js';
import { latency } from './sections/latency.js';
import { machine } from './sections/machine.js';
import { maps } from './sections/map.js';
import { memory } from './sections/memory.js';
import { rates } from './sections/rates.js';
import { ratios } from './sections/ratios.js';
import { sweep } from './sections/sweep.js';
import { timelines } from './sections/timelines.js';
import { workers } from './sections/workers.js';
import { themeButton } from './theme.js';

const { headline, allocators, results } = JSON.parse(document.getElementById('data')!.textContent!) as PageData;
const palette = new Palette(allocators);
const { machine: on, startedAt, seconds, form, failures } = results;

const sections = [
  ratios(results, palette),
  goals(results, palette),
  rates(results, palette),
  sweep(results, palette),
  workers(results, palette),
  latency(results),
  timelines(results, palette),
  maps(results),
  memory(results),
  ablations(results),
  machine(results),
];
const facts = [
  `${on.cpu}, ${on.cores} processors`,
  `Node ${on.node}`,
  `${startedAt.slice(0, 10)}, ${Math.round(seconds)} s, form ${form}`,
  on.commit === undefined ? '' : `commit ${on.commit.slice(0, 10)}${on.changed === true ? ' and changes' : ''}`,
];
const failed =
  failures.length === 0
    ? null
    : el('ul', { class: 'failures', 'aria-label': 'Failures' }, ...failures.map((failure) => el('li', {}, failure)));
const links = sections.map(({ id, title }) => el('li', {}, el('a', { href: `#${id}` }, title)));

document
  .getElementById('report')!
  .append(
    el(
      'header',
      {},
      el('h1', {}, 'HAKMEM bench'),
      el('p', { class: 'headline' }, headline),
      el('p', { class: 'muted' }, facts.filter((fact) => fact !== '').join(' · ')),
      themeButton(),
      failed,
      el('nav', { 'aria-label': 'Sections' }, el('ul', {}, ...links)),
    ),
    ...sections.map(sectionElement),
  );
