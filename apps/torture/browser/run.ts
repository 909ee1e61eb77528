/**
 * Runs the page in a headless Chromium and prints a line per check. Ends with code 1 when one has failed, or the page has
 * thrown or logged an error; with code 3 when there is no Chromium.
 */

import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import type { Check, Report } from './page/report.ts';
import { serve } from './serve.ts';

const DEADLINE_MS = 50_000;
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const executablePath = process.env['CHROMIUM'] || '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  console.error(`no Chromium at ${executablePath}: install one, or say in CHROMIUM where it is`);
  process.exit(3);
}

const { server, url } = await serve();
const browser = await chromium.launch({ executablePath, headless: true, args: ARGS });
let checks: Check[];
try {
  checks = await visit(await browser.newPage());
} finally {
  await browser.close();
  server.close();
}
for (const { name, ok, found } of checks) console.log(`${ok ? 'passed' : 'FAILED'}: ${name}: ${found}`);
const failed = checks.filter(({ ok }) => !ok).length;
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** The checks of the page, and those of what it says of itself. */
async function visit(page: Page): Promise<Check[]> {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(`thrown: ${error.stack ?? error}`));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`logged: ${message.text()}`);
  });
  page.on('requestfailed', (request) => errors.push(`not loaded: ${request.url()}`));
  page.on('crash', () => errors.push('the page has crashed'));
  const found: Check[] = [];
  try {
    const { checks } = await inTime(page.goto(url).then(() => report(page)));
    found.push(...checks);
  } catch (error) {
    errors.push(String(error));
  }
  const what = `Chromium ${page.context().browser()?.version()}`;
  found.push({ name: `${what} has no error to tell`, ok: errors.length === 0, found: errors.join('; ') || 'none' });
  return found;
}

/** What the page leaves in `report`. */
async function report(page: Page): Promise<Report> {
  return JSON.parse(await page.evaluate('report'));
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no report within ${DEADLINE_MS / 1_000} s`)), DEADLINE_MS).unref();
  });
  return Promise.race([promise, late]);
}
