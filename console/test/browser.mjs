// A browser on the built page before a mock of its own, for the walks, the pictures and the measurement.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { start } from '../mock/server.mjs';

export const DIST = fileURLToPath(new URL('../target/classes/io/linkspan/console', import.meta.url));
export const SCREENS = { phone: { width: 390, height: 844 }, laptop: { width: 1366, height: 768 }, wall: { width: 1920, height: 1080 } };
/** A summer afternoon, the same for each run. */
export const NOW = '2026-06-17T15:01:28Z';

export function program(name) {
  return (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, name)).find(existsSync);
}

export async function open() {
  if (!existsSync(join(DIST, 'index.html'))) throw new Error('The page is not built; run npm run build first');
  const executablePath = process.env.CHROMIUM ?? program('chromium');
  if (!executablePath) throw new Error('Chromium is missing (apt install chromium)');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--force-color-profile=srgb'] });
}

/** A page of its own before a house of its own. Whatever the page complains about is in `wrong`. */
export async function visit(browser, { screen = 'laptop', scheme = 'light', locale = 'en-GB', account = 'anna', bypassCSP = false, scale = 1, motion = 'reduce', mock: options = {} } = {}) {
  const mock = await start({ dist: DIST, now: NOW, ...options });
  const context = await browser.newContext({ viewport: SCREENS[screen], deviceScaleFactor: scale, colorScheme: scheme, locale, timezoneId: 'America/New_York', reducedMotion: motion, hasTouch: screen === 'phone', isMobile: screen === 'phone', bypassCSP });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const wrong = [], asked = [];
  page.on('console', m => { if (['error', 'warning'].includes(m.type()) && !/status of 4\d\d|net::ERR/.test(m.text())) wrong.push(`console: ${m.text()}`); });
  page.on('pageerror', e => wrong.push(String(e)));
  page.on('request', r => { asked.push(r.url()); if (!r.url().startsWith(mock.address)) wrong.push(`asks ${r.url()}`); });
  const to = async path => { await page.goto(`${mock.address}/#/riverside_12${path ? `/${path}` : ''}`); await page.locator('main#content > *').first().waitFor(); await page.locator('.loading').waitFor({ state: 'detached' }); };
  const signIn = async () => {
    await page.goto(mock.address);
    await page.locator('input[autocomplete=username]').fill(account);
    await page.locator('input[type=password]').fill(account === 'anna' ? 'a quiet river' : 'only looking');
    await page.keyboard.press('Enter');
    await page.locator('.machine').first().waitFor();
  };
  return { mock, page, wrong, asked, to, signIn, end: async () => { await context.close(); await mock.stop(); } };
}

export const fits = page => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
