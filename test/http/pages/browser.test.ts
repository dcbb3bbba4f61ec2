import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { INCIDENT_TENANT } from '../../../src/sandbox/index.ts';
import { until } from '../../support/until.ts';
import { daemonOverSandbox, OPERATOR, type RunningDaemon } from './daemon.ts';

const CHROMIUM = '/usr/bin/chromium';
const missing = !existsSync(CHROMIUM) && process.env.REQUIRE_CONFORMANCE !== '1';
const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('the pages in Chromium', { skip: missing ? 'Debian’s chromium is not installed' : false }, () => {
  let running: RunningDaemon;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  before(async () => {
    [running, browser] = await Promise.all([
      daemonOverSandbox({ tenants: 6 }),
      chromium.launch({ executablePath: CHROMIUM }),
    ]);
    context = await browser.newContext({
      baseURL: running.daemon.url,
      timezoneId: 'Asia/Tokyo',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    // What the content security policy refuses is said here.
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 401'))
        problems.push(message.text());
    });
  });
  after(async () => {
    await browser.close();
    await running.stop();
  });

  it('leads from sign-in to the page that was asked for', async () => {
    await page.goto('/incidents?before=99');
    assert.equal(new URL(page.url()).pathname, '/sign-in');
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Token').fill(OPERATOR);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/incidents?before=99');
    const [cookie] = await context.cookies();
    assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, 'Strict']);
  });

  it('shows the failing tenant on top while one looks, without a reload', async () => {
    await page.goto('/');
    await page.getByRole('heading', { name: 'All 6 tenants pass' }).waitFor();
    await page.evaluate('globalThis.sameDocument = true');
    const { world } = running.sandbox;
    world.deploy(APP);
    running.sandbox.applyFlyCommand(`fly certs add ${HOSTNAME} -a ${APP}`);
    world.propagate(HOSTNAME);
    await page.getByRole('heading', { name: '1 of 6 tenants fails' }).waitFor();
    const first = page.locator('.matrix tbody tr').first();
    await first.getByText('claimed-by-tenant-app').waitFor();
    await first.getByText('eof-during-handshake').waitFor();
    await page.locator('#open-incidents:visible').waitFor();
    assert.equal(await page.evaluate('globalThis.sameDocument'), true);
    await first.getByRole('link', { name: HOSTNAME }).click();
    await page.waitForURL(`**/tenants/${INCIDENT_TENANT}`);
  });

  it('gives the command to the clipboard as it is to be pasted', async () => {
    const command = `fly certs remove ${HOSTNAME} -a ${APP} -y`;
    const step = page.locator('.steps > li').first();
    await step.getByText(command).waitFor();
    await step.getByRole('button', { name: 'Copy' }).click();
    await step.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), command);
  });

  it('keeps what the reader opened and typed while the page changes', async () => {
    await page.locator('#facts-dns-wildcard summary').click();
    const { fleet } = running.daemon;
    const seen = fleet.latest(INCIDENT_TENANT)?.at ?? 0;
    const verified = page.locator('.lead .sub time');
    await until('the page to show a later run', async () =>
      Date.parse((await verified.getAttribute('datetime')) ?? '') > seen ? true : undefined,
    );
    assert.equal(await page.locator('#facts-dns-wildcard').getAttribute('open'), '');
  });

  it('says times in the reader’s zone with UTC beside them', async () => {
    const time = page.locator('#happened ~ ol time').first();
    assert.match(await time.innerText(), /^\d+ \w+ \d{4}, \d\d:\d\d:\d\d \(\d\d:\d\d:\d\d UTC\)$/u);
    assert.match(await page.locator('#zone').innerText(), /Asia\/Tokyo/u);
  });

  it('acknowledges, notes and silences the incident', async () => {
    await page.locator('.note').getByRole('link', { name: 'Incident' }).click();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.locator('#incident-state', { hasText: 'acknowledged by ada' }).waitFor();
    await page.locator('#act-note summary').click();
    await page.getByLabel('Note').fill('<b>It was the pipeline</b>');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.locator('.timeline').getByText('<b>It was the pipeline</b>').waitFor();
    await page.locator('#act-silence summary').click();
    await page.getByLabel('Reason').fill('being repaired');
    await page.locator('#act-silence').getByRole('button', { name: 'Silence' }).click();
    await page.locator('#incident-state', { hasText: 'silenced' }).waitFor();
    await page.getByRole('link', { name: 'Post-mortem draft' }).click();
    await page.locator('pre', { hasText: 'It was the pipeline' }).waitFor();
    await page.goto('/silences');
    await page.getByText('being repaired').waitFor();
    await page.getByRole('button', { name: 'End now' }).click();
    await page.getByRole('heading', { name: 'Nothing is silenced' }).waitFor();
  });

  it('has nothing serious for axe on any page, in both themes and on a telephone', async () => {
    const [incident] = running.daemon.tracker.unresolved();
    assert.ok(incident !== undefined);
    const tenant = `/tenants/${INCIDENT_TENANT}`;
    const its = `/incidents/${incident.id}`;
    const looks = [
      ['light', 1280, ['/', tenant, its, '/silences', '/settings', '/runbooks']],
      ['dark', 390, ['/', tenant, its, '/claims', '/incidents', '/runbooks/certificate-on-tenant-app']],
    ] as const;
    const found: string[] = [];
    for (const [colorScheme, width, paths] of looks) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const path of paths) {
        await page.goto(path);
        const violations = await violationsOf(page);
        found.push(...violations.map((violation) => `${path} ${colorScheme}: ${violation}`));
        found.push(...(await tooWide(page)).map((element) => `${path} at ${String(width)} px: ${element}`));
      }
    }
    assert.deepEqual(found, []);
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('verifies now, and shows the recovery and the end of the incident without a reload', async () => {
    await page.goto(`/tenants/${INCIDENT_TENANT}`);
    await page.evaluate('globalThis.sameDocument = true');
    running.sandbox.applyFlyCommand(`fly certs remove ${HOSTNAME} -a ${APP} -y`);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.locator('#verify-progress', { hasText: 'Verified just now' }).waitFor();
    await page.locator('.lead .state.pass').waitFor();
    await page.locator('.diagnosis').waitFor({ state: 'detached' });
    await page.locator('#happened ~ ol').getByText('resolved').waitFor();
    assert.equal(await page.evaluate('globalThis.sameDocument'), true);
  });

  it('works without a script', async () => {
    const plain = await browser.newContext({
      baseURL: running.daemon.url,
      javaScriptEnabled: false,
      storageState: await context.storageState(),
    });
    const still = await plain.newPage();
    await still.goto('/');
    await still.getByPlaceholder('id, hostname, app, label').fill(INCIDENT_TENANT.slice(0, 5));
    await still.getByRole('button', { name: 'Show' }).click();
    await still.getByRole('link', { name: HOSTNAME }).click();
    const before = running.daemon.fleet.latest(INCIDENT_TENANT)?.at ?? 0;
    await still.getByRole('button', { name: 'Verify now' }).click();
    await still.waitForURL(`**/tenants/${INCIDENT_TENANT}`);
    assert.ok((running.daemon.fleet.latest(INCIDENT_TENANT)?.at ?? 0) > before);
    await plain.close();
  });

  it('signs out', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in');
    await page.goto('/');
    assert.equal(new URL(page.url()).pathname, '/sign-in');
  });

  it('never spoke of an error on the console, nor of anything that its policy forbids', () => {
    assert.deepEqual(problems, []);
  });
});

/** What axe calls serious or critical, in one line each. */
async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ target }) => target.join(' ')).join('; ')))`);
}

/** What makes the page wider than its window; what scrolls by itself may be wider. */
async function tooWide(page: Page): Promise<readonly string[]> {
  return page.evaluate<
    string[]
  >(`document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth)
    .filter((element) => !element.parentElement.closest('.scroll, nav, pre'))
    .map((element) => element.localName + '.' + (element.getAttribute('class') ?? ''))`);
}
