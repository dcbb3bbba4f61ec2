import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Why browser tests are left out on this machine, or false. */
export const chromiumMissing =
  !existsSync(CHROMIUM) && process.env.REQUIRE_CONFORMANCE !== '1'
    ? 'Debian’s chromium is not installed'
    : false;

export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM });
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What another theme and another width can break. */
export const LOOKS = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

/** What axe calls serious or critical, in one line each. */
export async function violationsOf(
  page: Page,
  rules: readonly string[] | null = null,
): Promise<readonly string[]> {
  await page.evaluate(`globalThis.axe === undefined && (() => { ${AXE} })()`);
  return page.evaluate<
    string[]
  >(`axe.run({ resultTypes: ['violations'], runOnly: ${JSON.stringify(rules ?? WCAG)} }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ target }) => target.join(' ')).join('; ')))`);
}

/** What makes the page wider than its window; what scrolls by itself may be wider. */
export async function tooWide(page: Page): Promise<readonly string[]> {
  return page.evaluate<
    string[]
  >(`document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth)
    .filter((element) => !element.parentElement.closest('.scroll, nav, pre'))
    .map((element) => element.localName + '.' + (element.getAttribute('class') ?? ''))`);
}
