// Opens the live page in a headless Chromium as a phone, a desk and a wall screen, light and dark, and says what is wrong:
// violations of axe, errors in the console, requests to elsewhere, what does not fit, keys that do not work, and whether it
// notices that it is offline and comes back.
//   node page.mjs URL CHROMIUM FOLDER-OF-SCREENSHOTS
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [url, executablePath, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const wrong = [];
const screens = {
  phone: { viewport: { width: 360, height: 740 }, colorScheme: 'light' },
  'phone-dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
  desk: { viewport: { width: 1280, height: 860 }, colorScheme: 'light' },
  'desk-dark': { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' },
  wall: { viewport: { width: 3840, height: 2160 }, colorScheme: 'dark' },
  'desk-contrast': { viewport: { width: 1280, height: 860 }, forcedColors: 'active', reducedMotion: 'reduce' },
};

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const [name, options] of Object.entries(screens)) {
  // As people open it: with its own security policy.
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', m => { if (['error', 'warning'].includes(m.type())) wrong.push(`${name}: console: ${m.text()}`); });
  page.on('pageerror', e => wrong.push(`${name}: ${e}`));
  page.on('request', r => { if (!r.url().startsWith(new URL(url).origin)) wrong.push(`${name}: asks ${r.url()}`); });
  await page.goto(url);
  await page.waitForSelector('#status.live', { timeout: 60000 });
  await page.waitForSelector('.row.known', { timeout: 60000 });
  if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wrong.push(`${name}: wider than the screen`);
  await page.keyboard.press('Tab');
  if (await page.evaluate(() => document.activeElement.className) !== 'skip') wrong.push(`${name}: Tab does not reach the skip link first`);
  await page.keyboard.press('Enter');
  if (await page.evaluate(() => document.activeElement.id) !== 'sites') wrong.push(`${name}: the skip link does not lead to the machines`);
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: name.startsWith('phone') });
  if (name === 'desk') await offline(page);
  await context.close();
  await audit(name, options);
}
await browser.close();
console.log(wrong.length ? wrong.join('\n') : 'nothing wrong');
process.exit(wrong.length ? 1 : 0);

// The stream falls silent and nobody answers; then somebody answers again.
async function offline(page) {
  page.removeAllListeners('console'); // a browser complains about each try
  await page.route('**/live', route => route.abort());
  await page.evaluate('source.close()');
  await page.waitForSelector('#status.offline', { timeout: 60000 }).catch(() => wrong.push('desk: does not notice that it is offline'));
  await page.screenshot({ path: `${folder}/offline.png` });
  await page.unroute('**/live');
  await page.waitForSelector('#status.live', { timeout: 60000 }).catch(() => wrong.push('desk: does not come back'));
}

// axe is put in as a script, which the page's own policy refuses; so this visit goes without it.
async function audit(name, options) {
  const context = await browser.newContext({ ...options, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForSelector('.row.known', { timeout: 60000 });
  await page.addScriptTag({ content: axe });
  const { violations } = await page.evaluate(() => window.axe.run(document));
  for (const v of violations) wrong.push(`${name}: axe ${v.id}: ${v.help}: ${v.nodes.map(n => n.target).slice(0, 3).join(', ')}`);
  await context.close();
}
