import { describe, expect, it } from 'vitest';
import { headline } from '../../src/html/headline.js';
import { escapeScript, jsonForScript, renderHtml } from '../../src/html/render.js';
import { bareReport, fullReport, row } from './fixture.js';

const page = renderHtml(fullReport());

/** The text of the script elements, and the page without it. */
function scripts(html: string): { json: string; code: string; rest: string } {
  const found = [...html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
  expect(found).toHaveLength(2);
  const [json, code] = found.map(([, , text]) => text);
  return { json, code, rest: found.reduce((rest, [whole]) => rest.replace(whole, ''), html) };
}

describe('renderHtml', () => {
  const { json, code, rest } = scripts(page);
  const { results, allocators } = JSON.parse(json);

  it('has the whole of the results in it, but for the single repetitions', () => {
    const expected = JSON.parse(JSON.stringify(fullReport()));
    for (const { cells } of [...expected.rows, ...expected.teams]) for (const cell of cells) delete cell.rounds;
    expect(results).toEqual(expected);
    expect(results.rows[0].ratios[0].rounds).toBe(3);
    expect(results.settings.single.rounds).toEqual([3, 9]);
  });

  it('says how allocators are called', () => {
    expect(allocators).toContainEqual({ name: 'tlsf', title: 'AssemblyScript TLSF', kind: 'peer' });
    expect(allocators).toContainEqual({ name: 'thing', title: '@thi.ng/malloc', kind: 'peer' });
    expect(new Set(allocators.map(({ name }: { name: string }) => name)).size).toBe(allocators.length);
  });

  it("knows the user's own compositions, and shows what they count", () => {
    const variants = [{ name: 'dense', differs: 'own/compose.js' }];
    const own = { name: 'own', base: 'standard', baseHas: 'all boxes', variants, speeds: [], counts: [] };
    const data = JSON.parse(scripts(renderHtml({ ...fullReport(), own })).json);
    expect(data.allocators).toContainEqual({ name: 'dense', title: 'dense', kind: 'composition' });
    expect(data.results.own).toEqual(own);
  });

  it('lets no text of the results out of its element', () => {
    expect(page).not.toContain('</script><b>');
    expect(results.rows[0].cells.at(-1).reason).toBe('n/a: </script><b>no memalign');
    expect(rest).toContain('A &lt;fast> processor');
  });

  it('forbids itself the network, and asks for nothing of it', () => {
    expect(rest).toMatch(/Content-Security-Policy" content="default-src 'none';/);
    expect(rest).not.toMatch(/https?:|\/\/[a-z]|@import|url\(/);
    const urls = [...code.matchAll(/https?:\/\/[^"'`\s]*/g)].map(([url]) => url);
    expect(urls.filter((url) => !url.startsWith('http://www.w3.org/'))).toEqual([]);
  });

  it('can show a run that measured nothing', () => {
    expect(JSON.parse(scripts(renderHtml(bareReport())).json).headline).toMatch(/nothing else/);
  });
});

describe('jsonForScript and escapeScript', () => {
  const text = '</script><SCRIPT><!-- </Script >\u2028';

  it('change nothing that is said', () => {
    expect(JSON.parse(jsonForScript({ text })).text).toBe(text);
    const code = `return [${JSON.stringify(text)}, 'a<!--</script'.search(/<!--<\\/script/)]`;
    expect(new Function(escapeScript(code))()).toEqual(new Function(code)());
  });

  it('leave nothing that ends or opens an element', () => {
    for (const escaped of [jsonForScript({ text }), escapeScript(JSON.stringify(text))]) {
      expect(escaped).not.toMatch(/<\/script|<!--/i);
    }
  });
});

describe('headline', () => {
  const titles = [{ name: 'system', title: 'system malloc', kind: 'native' as const }];

  it('names the native rivals, by the mean over the most rows', () => {
    expect(headline(fullReport(), titles)).toBe(
      'Over 41 rows hakmem is 1.21 times as fast as system malloc (95 %: 1.19 to 1.24)' +
        ' and 0.87 times as fast as mimalloc (95 %: 0.85 to 0.90). 1 checks or cells of hakmem failed.',
    );
  });

  it('says over how many rows each is when they differ', () => {
    const [, all, mimalloc] = fullReport().means;
    const means = [all, { ...mimalloc, rows: 30 }];
    expect(headline({ ...fullReport(), means, failures: [] }, titles)).toMatch(
      /system malloc .*, over 41 rows; 0\.87 .*, over 30 rows\.$/,
    );
  });

  it('takes the geometric mean of what JavaScript has where there is no native rival', () => {
    const double = {
      of: 'hakmem-shared',
      to: 'tlsf',
      ratio: 2,
      low: 1,
      high: 3,
      rounds: 3,
      verdict: 'faster',
    } as const;
    const rows = [2, 8].map((ratio) => ({ ...row('pair 64'), ratios: [{ ...double, ratio }] }));
    const found = headline({ rows, teams: [], means: [], failures: [] }, titles);
    expect(found).toBe('Over 2 rows hakmem is 4.00 times as fast as tlsf.');
  });
});
