import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT, read } from '../deploy/commands.ts';

const FOLDERS = ['.', 'docs', 'docs/adr', 'docs/runbooks'];
const PAGES = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

/** As GitHub makes them of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(anchors);
}

/** Links outside of code, without those to other sites. */
function linksOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').replaceAll(/`[^`]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target));
}

describe('the documentation', () => {
  it('has no link that leads nowhere', () => {
    for (const page of PAGES)
      for (const link of linksOf(read(page))) {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : join(dirname(page), path);
        assert.ok(existsSync(join(ROOT, target)), `${page}: ${link}`);
        if (anchor !== undefined && target.endsWith('.md'))
          assert.ok(anchorsOf(read(target)).has(anchor), `${page}: ${link}`);
      }
  });

  it('shows no picture that is not there, and describes each', () => {
    for (const page of PAGES) {
      for (const [, target = ''] of read(page).matchAll(/\b(?:src|srcset)="([^"]+)"/g))
        assert.ok(existsSync(join(ROOT, dirname(page), target)), `${page}: ${target}`);
      for (const [image] of read(page).matchAll(/<img [^>]*>/g)) assert.match(image, / alt="[^"]+"/, page);
    }
  });

  it('lists every page in its index', () => {
    const listed = new Set(linksOf(read('docs/README.md')).map((link) => link.split('#')[0]));
    for (const page of PAGES.filter((one) => /^docs\/[^/]+\.md$/.test(one) && one !== 'docs/README.md'))
      assert.ok(listed.has(relative('docs', page)), page);
  });
});
