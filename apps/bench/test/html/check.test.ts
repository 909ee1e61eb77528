import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/html/render.js';
import { packagePath } from '../../src/paths.js';
import { bareReport, fullReport } from './fixture.js';

const chromium = process.env['CHROMIUM'] || '/usr/bin/chromium';
const folder = mkdtempSync(join(tmpdir(), 'report-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Takes the first dot away when it has been drawn. */
const REMOVE_A_DOT = `new MutationObserver((_, observer) => {
  const dot = document.querySelector('#ratios g[aria-label="dot"] > *');
  if (dot === null) return;
  observer.disconnect();
  dot.remove();
}).observe(document.body, { childList: true, subtree: true })`;

function check(html: string): Promise<{ code: number; output: string }> {
  const path = join(folder, 'report.html');
  writeFileSync(path, html);
  return new Promise((resolve) => {
    execFile(process.execPath, [packagePath('dist/html-check.js'), path], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}

// Where there is no Chromium nothing can be looked at; .ci/run installs it.
describe.runIf(existsSync(chromium))('the report in Chromium', { timeout: 60_000 }, () => {
  const page = renderHtml(fullReport());

  it('draws every section, in light and dark, on a desk and on a phone', async () => {
    expect(await check(page)).toMatchObject({ code: 0, output: expect.stringContaining('4 passed, 0 failed') });
  });

  it('draws what is there and says what is not', async () => {
    expect(await check(renderHtml(bareReport()))).toMatchObject({ code: 0 });
  });

  it('finds what is wrong', async () => {
    const { code, output } = await check(
      page
        .replace('<main', '<img src="https://example.invalid/x.png"><div style="width: 3000px">wide</div><main')
        .replace('</body>', `<script>${REMOVE_A_DOT}; throw new Error("broken")</script></body>`),
    );
    expect(code).toBe(1);
    expect(output).toContain('0 passed, 4 failed');
    expect(output).toMatch(/"Times as fast as .*" has drawn 5 of 6 marks: dot/);
    expect(output).toMatch(/logged: .*Content Security Policy/);
    expect(output).toContain('thrown: broken');
    expect(output).toMatch(/pixels wider than the screen/);
  });
});
