// The page against a real node, from its first start on: what the mock promises, the program keeps.
//   node walk.mjs URL SET-UP-CODE CHROMIUM FOLDER-OF-SCREENSHOTS ADDRESS-OF-A-METER [HASH]
// Under TLS the browser trusts the key with this hash alone (SHA-256 of its SPKI, base64); a browser without it is stopped.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [url, code, executablePath, folder, meter, trusted] = process.argv.slice(2);
const wrong = [];
if (trusted) {
  const stranger = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const there = await stranger.newPage();
  await assert.rejects(there.goto(url), /ERR_CERT_AUTHORITY_INVALID/);
  await stranger.close();
}
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...(trusted ? [`--ignore-certificate-errors-spki-list=${trusted}`] : [])] });
const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en-GB', reducedMotion: 'reduce' });
const page = await context.newPage();
page.setDefaultTimeout(30_000);
page.on('console', m => { if (['error', 'warning'].includes(m.type()) && !/status of (401|409|422)/.test(m.text())) wrong.push(`console: ${m.text()}`); });
page.on('pageerror', e => wrong.push(String(e)));
page.on('request', r => { if (!r.url().startsWith(url)) wrong.push(`asks ${r.url()}`); });
const to = async path => { await page.goto(`${url}/#/riverside_12${path ? `/${path}` : ''}`); await page.locator('main#content > *').first().waitFor(); };

// nobody gets in before the code is shown
assert.equal((await page.request.get(`${url}/v1/sites`)).status(), 401);
await page.goto(url);
await page.getByLabel('Set-up code').fill(code);
await page.getByLabel('Your name').fill('anna');
await page.getByLabel('New password').fill('a quiet river runs');
await page.getByRole('button', { name: 'Begin' }).click();
await page.locator('.machine').first().waitFor();
const [session, ...others] = await context.cookies();
assert.deepEqual(others, []);
assert.equal(session.name, trusted ? '__Host-linkspan_session' : 'linkspan_session');
assert.deepEqual([session.secure, session.httpOnly, session.sameSite, session.path], [Boolean(trusted), true, 'Strict', '/']);
assert.equal(await page.evaluate(() => document.cookie), '');
await page.locator('.pair', { hasText: 'kW' }).first().waitFor();
await page.screenshot({ path: `${folder}/site.png`, fullPage: true });

// taken by hand, asked why, given back
await to('thing/boiler');
const panel = page.locator('.actuator').first();
await panel.getByRole('button', { name: 'Take it by hand' }).click();
const dialog = page.getByRole('dialog');
await dialog.getByRole('button', { name: 'off', exact: true }).click();
await dialog.getByRole('button', { name: 'Take it by hand' }).click();
await panel.getByText('You are in charge.').waitFor();
await panel.locator('.charges', { hasText: /anna\s*by hand\s*until/ }).waitFor();
await panel.getByRole('button', { name: 'Why?' }).click();
const why = page.getByRole('dialog');
await why.locator('.chain strong').first().waitFor();
const steps = await why.locator('.chain strong').allInnerTexts();
for (const step of ['A person acted', 'It was written', 'The machine answered']) assert.ok(steps.includes(step), `${step} in ${steps}`);
await page.keyboard.press('Escape');
await panel.getByRole('button', { name: 'Give it back' }).click();
await panel.getByText('Given back.').waitFor();

// then and now: what was read so far is on the chart's data, and as CSV
await to('thing/meter');
await page.locator('canvas').first().waitFor();
await page.screenshot({ path: `${folder}/machine.png`, fullPage: true });
const csv = async () => (await page.request.get(`${url}/v1/sites/riverside_12/cells/meter.power/history.csv`)).text();
let text = await csv();
for (let tries = 0; tries < 100 && text.trim().split('\n').length < 4; tries++) { await page.waitForTimeout(100); text = await csv(); }
assert.match(text, /^time,value,quality\r?\n\d{4}-\d\d-\d\dT.*,[\d.]+,good/);

// a wrong site file stands at its line, and changes nothing
await to('setup/file');
const editor = page.getByRole('textbox', { name: 'The site file' });
await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('priority: economy'));
const good = await editor.inputValue();
await editor.fill(good.replace('priority: economy', 'prioriti: economy'));
await page.getByRole('button', { name: 'See what would change' }).click();
const line = good.split('\n').findIndex(l => l.includes('priority: economy')) + 1;
await page.getByRole('alert').getByText(`Line ${line}`).waitFor();

// a meter that is on a line and in no file: found, read, added; its first value stands on the page within a minute
const FIRST_VALUE_MS_MAX = 60_000;
await to('setup/add');
const opened = Date.now();
await page.getByLabel('Address', { exact: true }).fill(meter);
await page.getByRole('button', { name: 'Look who answers' }).click();
await page.locator('.probing li', { hasText: 'unit 3' }).getByRole('button', { name: 'Take this one' }).click();
await page.getByLabel('Short name').fill('cellar_meter');
await page.getByLabel('What is it?').selectOption('eastron_sdm120');
await page.getByRole('button', { name: 'Read it now' }).click();
await page.locator('.tried', { hasText: /Power\s*212/ }).waitFor();
await page.screenshot({ path: `${folder}/add.png`, fullPage: true });
await page.getByRole('button', { name: 'See what would change' }).click();
await page.getByRole('button', { name: 'Apply' }).click();
await page.locator('.first-value', { hasText: /\d/ }).waitFor();
const took = Date.now() - opened;
assert.ok(took < FIRST_VALUE_MS_MAX, `${took} ms from the form to the first value`);
console.log(`from the form to the first value: ${took} ms`);
// its line is in use now, and is not disturbed by a second look
await page.getByRole('button', { name: 'Add another one' }).click();
await page.getByLabel('Address', { exact: true }).fill(meter);
await page.getByRole('button', { name: 'Look who answers' }).click();
await page.getByRole('alert').getByText('has the line').waitFor();
// the revision before is still there, and has no meter in the cellar
await to('setup/file');
await page.getByText('Earlier revisions').click();
await page.locator('.revisions li').first().getByRole('button').click();
await page.locator('.diff .out', { hasText: 'cellar_meter' }).first().waitFor();

// a plan is made from a picture, the boiler put on it by the keys, applied; after a reload it stands there with its value
await to('plan');
await page.getByLabel('What does it show?').fill('Ground floor');
await page.getByLabel('Picture', { exact: true }).setInputFiles(fileURLToPath(new URL('../../../simulation/src/main/resources/io/linkspan/simulation/ground_floor.png', import.meta.url)));
await page.getByRole('button', { name: 'Add a plan' }).click();
await page.locator('.standing-list li', { hasText: /boiler/i }).getByRole('button').click();
await page.getByRole('button', { name: /^boiler$/i }).focus();
for (const key of ['ArrowRight', 'ArrowUp']) await page.keyboard.press(key);
await page.getByRole('button', { name: 'See what would change' }).click();
await page.locator('.diff .in', { hasText: 'place: { plan: ground_floor, x: 0.5' }).waitFor();
await page.getByRole('button', { name: 'Apply' }).click();
await page.locator('.place-changes').waitFor({ state: 'detached' });
await page.reload();
await page.locator('.board .standing .value').first().waitFor();
assert.equal(await page.locator('.board img.leaflet-image-layer').evaluate(i => i.decode().then(() => i.naturalWidth)), 1200);
await page.screenshot({ path: `${folder}/plan.png`, fullPage: true });

// rules are written, read as sentences, put to sleep and woken; the mode is switched and a scene tells what became of it
await to('setup/file');
const file = page.getByRole('textbox', { name: 'The site file' });
const rules = `rules:
  - id: warm_water
    when: "boiler.temperature < -30"
    then: [ { hold: { boiler.on: true }, linger: 15min } ]
  - { id: gone, modes: [away], when: "boiler.temperature > -30", then: [ { tell: { severity: info, text: "Nobody is there" } } ] }
`;
const before = `${(await file.inputValue()).trimEnd()}\nmodes: [home, away]\nscenes:\n  - { id: good_night, set: { boiler.on: false } }\n`;
// The site may have rules of its own.
await file.fill(/^rules:\n/m.test(before) ? before.replace(/^rules:\n/m, rules) : before + rules);
await page.getByRole('button', { name: 'See what would change' }).click();
await page.getByRole('button', { name: 'Apply' }).click();
await page.getByText('is in force').waitFor();
await to('thing/boiler');
await page.locator('.actuator').getByRole('link', { name: 'Warm water' }).click();
await page.getByText(/When Boiler · Temperature is below .30.*Boiler · On to on, and 15.min longer/i).waitFor();
await page.locator('.parts .no .value').waitFor();
await page.getByText('It does not act').waitFor();
await page.getByRole('button', { name: 'Put to sleep' }).click();
await page.getByRole('dialog').getByLabel('Why?').fill('the pump is being changed');
await page.getByRole('dialog').getByRole('button', { name: 'Put to sleep' }).click();
await page.getByText('Somebody put it to sleep: the pump is being changed').waitFor();
await page.getByRole('button', { name: 'Wake it' }).click();
await page.getByRole('button', { name: 'Put to sleep' }).waitFor();
await to('rules');
await page.getByRole('group', { name: 'Mode' }).getByRole('button', { name: 'away' }).click();
await page.getByRole('group', { name: 'Mode' }).getByRole('button', { name: 'away', pressed: true }).waitFor();
await page.locator('.rule', { hasText: 'Nobody is there' }).getByText('acts', { exact: true }).waitFor();
await page.getByRole('button', { name: 'Good night' }).click();
await page.getByRole('status', { name: 'What became of it' }).getByText('Boiler · On: ').waitFor();
await page.screenshot({ path: `${folder}/rules.png`, fullPage: true });
await page.locator('.rule').getByRole('link', { name: 'Gone' }).click();
await page.locator('.events li', { hasText: 'Acted' }).first().waitFor();

await page.reload();
await page.locator('main#content > *').first().waitFor();
assert.equal((await page.request.get(`${url}/v1/sites`)).status(), 200);
assert.deepEqual(wrong, []);
await browser.close();
console.log('nothing wrong');
