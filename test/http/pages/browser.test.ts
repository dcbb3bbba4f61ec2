import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { INCIDENT_TENANT } from '../../../src/sandbox/index.ts';
import { until } from '../../support/until.ts';
import { chromiumMissing, LOOKS, startChromium, tooWide, violationsOf } from './browser.ts';
import { daemonOverSandbox, OPERATOR, type RunningDaemon } from './daemon.ts';
import { everyPage } from './every-page.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;
const REMOVAL = `fly certs remove ${HOSTNAME} -a ${APP} -y`;

describe('the pages in Chromium', { skip: chromiumMissing }, () => {
  let running: RunningDaemon;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  before(async () => {
    [running, browser] = await Promise.all([daemonOverSandbox({ tenants: 6 }), startChromium()]);
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
      if (message.type() === 'error' && !/status of 40[14]/u.test(message.text()))
        problems.push(message.text());
    });
  });
  after(async () => {
    await browser.close();
    await running.stop();
  });

  const clipboard = (): Promise<unknown> => page.evaluate('navigator.clipboard.readText()');
  const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent.trim()');
  /** Presses Tab until that element has the focus. */
  const tabTo = async (what: string): Promise<void> => {
    for (let presses = 0; presses < 60; presses += 1) {
      if ((await focused()) === what) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab never came to ${what}`);
  };

  it('leads from sign-in to the page that was asked for', async () => {
    await page.goto('/incidents?before=99');
    assert.equal(new URL(page.url()).pathname, '/sign-in');
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Token').fill(OPERATOR);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/incidents?before=99');
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
    const handshake = first.locator('td', { hasText: 'eof-during-handshake' });
    await handshake.waitFor();
    assert.match((await handshake.getAttribute('title')) ?? '', /^The handshake with .* fails at the edge/u);
    assert.equal(await handshake.locator('i').innerText(), 'fail');
    await page.locator('#open-incidents:visible').waitFor();
    assert.equal(await page.evaluate('globalThis.sameDocument'), true);
  });

  it('is found, read and copied with the keyboard alone', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type(INCIDENT_TENANT.slice(0, 6));
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/?q=${INCIDENT_TENANT.slice(0, 6)}**`);
    assert.equal(await page.locator('.matrix tbody tr').count(), 1);
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Skip to content');
    await page.keyboard.press('Enter');
    await tabTo(HOSTNAME);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/tenants/${INCIDENT_TENANT}`);
    await page.getByRole('heading', { level: 1, name: HOSTNAME }).waitFor();
    await page.locator('.steps code', { hasText: REMOVAL }).waitFor();
    await tabTo('Copy');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await clipboard(), REMOVAL);
  });

  it('stays where the reader is while it changes: place, focus, what was opened', async () => {
    const facts = page.locator('#facts-dns-wildcard');
    await facts.locator('summary').click();
    await page.locator('#facts-machines-started summary').focus();
    await page.evaluate('scrollTo(0, 900)');
    const where = (): Promise<unknown> =>
      page.evaluate('[Math.round(scrollY), document.activeElement.parentElement.id]');
    const before = await where();
    const seen = running.daemon.fleet.latest(INCIDENT_TENANT)?.at ?? 0;
    const verified = page.locator('.lead .sub time');
    await until('the page to show a later run', async () =>
      Date.parse((await verified.getAttribute('datetime')) ?? '') > seen ? true : undefined,
    );
    assert.deepEqual(await where(), before);
    assert.deepEqual(before, [900, 'facts-machines-started']);
    assert.equal(await facts.getAttribute('open'), '');
  });

  it('holds no connection while nobody looks, and catches up when somebody does', async () => {
    const look = (hidden: boolean): Promise<unknown> =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${String(hidden)}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
    const connection = page.locator('#connection');
    await connection.getByText('live').waitFor();
    await look(true);
    await connection.getByText('paused').waitFor();
    const verified = page.locator('.lead .sub time');
    const shown = async (): Promise<number> => Date.parse((await verified.getAttribute('datetime')) ?? '');
    const left = await shown();
    await until('a run meanwhile', () =>
      (running.daemon.fleet.latest(INCIDENT_TENANT)?.at ?? 0) > left + 1_000 ? true : undefined,
    );
    assert.equal(await shown(), left);
    await look(false);
    await until('the page to catch up', async () => ((await shown()) > left ? true : undefined));
    await connection.getByText('live').waitFor();
  });

  it('says times in the reader’s zone with UTC beside them', async () => {
    const time = page.locator('#happened ~ ol time').first();
    assert.match(await time.innerText(), /^\d+ \w+ \d{4}, \d\d:\d\d:\d\d \(\d\d:\d\d:\d\d UTC\)$/u);
    assert.match(await page.locator('#zone').innerText(), /Asia\/Tokyo/u);
  });

  it('acknowledges, notes and silences the incident, and drafts its post-mortem', async () => {
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
    await page.locator('.sheet').getByText('<b>It was the pipeline</b>').first().waitFor();
    // As the command line drafts it: Fly was asked for releases and logs.
    assert.doesNotMatch(await page.locator('.sheet').innerText(), /was not asked/u);
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    assert.match(String(await clipboard()), /^# Post-mortem: /u);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    assert.match((await download).suggestedFilename(), /^post-mortem-t-.*\.md$/u);
    await page.goto('/silences');
    await page.getByText('being repaired').waitFor();
    await page.getByRole('button', { name: 'End now' }).click();
    await page.getByRole('heading', { name: 'Nothing is silenced' }).waitFor();
  });

  it('has nothing serious for axe on any page, in both themes, and fits a telephone', async () => {
    const [incident] = running.daemon.tracker.unresolved();
    assert.ok(incident !== undefined);
    const found: string[] = [];
    for (const path of everyPage(INCIDENT_TENANT, incident.id)) {
      for (const [colorScheme, width, rules] of [
        ['light', 1280, null],
        ['dark', 390, LOOKS],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        if (colorScheme === 'light') await page.goto(path);
        const violations = await violationsOf(page, rules);
        found.push(...violations.map((violation) => `${path} ${colorScheme}: ${violation}`));
        found.push(...(await tooWide(page)).map((element) => `${path} at ${String(width)} px: ${element}`));
      }
    }
    assert.deepEqual(found, []);
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('verifies now with each check as it is judged, and shows the end without a reload', async () => {
    await page.goto(`/tenants/${INCIDENT_TENANT}`);
    await page.evaluate(`globalThis.sameDocument = true;
      globalThis.progress = [];
      new MutationObserver(() => progress.push(document.getElementById('verify-progress').textContent))
        .observe(document.getElementById('verify-progress'), { childList: true, characterData: true, subtree: true });`);
    running.sandbox.applyFlyCommand(REMOVAL);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.locator('#verify-progress', { hasText: 'Verified just now' }).waitFor();
    const progress: readonly string[] = await page.evaluate('progress');
    assert.equal(progress[0], 'Verifying…');
    assert.ok(progress.includes('9 of 9 checks'), progress.join());
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
    assert.deepEqual(await violationsOf(page), []);
  });

  it('never spoke of an error on the console, nor of anything that its policy forbids', () => {
    assert.deepEqual(problems, []);
  });
});
