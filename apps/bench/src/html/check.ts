/**
 * Opens a report in a headless Chromium, in light and dark, on a desk and on a phone, and says what is wrong with it.
 *
 *   node html-check.js <file.html> [folder for screenshots]
 *
 * Fails (exit code 1) on an error that the page throws or logs, on any request beside the file itself, when a figure has
 * fewer marks than it says, or marks where there is no number (NaN), or when the page is wider than the screen; in
 * every view that there is to choose. Exit code 3: there is no Chromium.
 */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

interface Screen {
  readonly name: string;
  readonly colorScheme: 'light' | 'dark';
  readonly viewport: { readonly width: number; readonly height: number };
}

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 375, height: 740 };
const SCREENS: readonly Screen[] = [
  { name: 'desk-light', colorScheme: 'light', viewport: DESK },
  { name: 'desk-dark', colorScheme: 'dark', viewport: DESK },
  { name: 'phone-light', colorScheme: 'light', viewport: PHONE },
  { name: 'phone-dark', colorScheme: 'dark', viewport: PHONE },
];
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];
const DEADLINE_MS = 20_000;

/** Runs in the page; as text, because this program is compiled without the types of a browser. */
const EXAMINE = `(() => {
  const faults = [];
  for (const section of document.querySelectorAll('main section')) {
    if (section.children.length < 2) faults.push('section ' + section.id + ' is empty');
  }
  for (const figure of document.querySelectorAll('figure')) {
    const title = figure.querySelector('figcaption').textContent;
    for (const [mark, count] of figure.dataset.marks.split(' ').map((entry) => entry.split(':'))) {
      const groups = figure.querySelectorAll('svg g[aria-label="' + mark + '"]');
      const drawn = [...groups].reduce((sum, group) => sum + group.querySelectorAll(':not(g):not(tspan)').length, 0);
      if (drawn < Number(count)) faults.push('"' + title + '" has drawn ' + drawn + ' of ' + count + ' marks: ' + mark);
    }
    const broken = [...figure.querySelectorAll('svg *')].find((element) =>
      [...element.attributes].some(({ name, value }) => name !== 'aria-label' && /NaN|Infinity|undefined/.test(value)));
    if (broken) faults.push('"' + title + '" has drawn ' + broken.outerHTML.slice(0, 120));
  }
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) faults.push('the page is ' + wide + ' pixels wider than the screen');
  return faults;
})()`;

const [, , file = '', shots] = process.argv;
const executablePath = process.env['CHROMIUM'] || '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  console.error(`no Chromium at ${executablePath}: install one, or say in CHROMIUM where it is`);
  process.exit(3);
}
if (!existsSync(file)) {
  console.error(`no report at "${file}"; give the path of the HTML file`);
  process.exit(2);
}

const browser = await chromium.launch({ executablePath, headless: true, args: ARGS });
let failed = 0;
try {
  for (const screen of SCREENS) failed += tell(screen.name, await visit(browser, screen));
} finally {
  await browser.close();
}
console.log(`${SCREENS.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function tell(name: string, faults: readonly string[]): 0 | 1 {
  console.log(faults.length === 0 ? `passed: ${name}` : `FAILED: ${name}: ${faults.join('; ')}`);
  return faults.length === 0 ? 0 : 1;
}

/** What is wrong with the page on one screen. */
async function visit(on: Browser, { name, ...screen }: Screen): Promise<readonly string[]> {
  const context = await on.newContext(screen);
  const page = await context.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  const url = pathToFileURL(resolve(file)).href;
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`logged: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) faults.push(`requested: ${request.url()}`);
  });
  try {
    await page.goto(url);
    faults.push(...(await examine(page)));
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
    faults.push(...(await chooseAll(page)).filter((fault) => !faults.includes(fault)));
  } catch (error) {
    faults.push(String(error));
  }
  await context.close();
  return faults;
}

/** What is wrong with what is drawn now. */
async function examine(page: Page): Promise<readonly string[]> {
  await page.waitForSelector('main section');
  await page.waitForSelector('figure:not([data-drawn])', { state: 'detached' });
  return page.evaluate(EXAMINE) as Promise<string[]>;
}

/** Chooses every view that there is to choose, one after the other. */
async function chooseAll(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  const labels = page.locator('fieldset.choice label');
  for (let i = 0; i < (await labels.count()); i++) {
    await labels.nth(i).click();
    faults.push(...(await examine(page)));
  }
  return [...new Set(faults)];
}
