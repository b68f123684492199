// What people do with the page, in a real browser on the built files. Each walk has a house of its own.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { DIST, fits, open, visit } from '../browser.mjs';

let browser;
before(async () => { browser = await open(); });
after(() => browser?.close());

async function walk(options, steps) {
  const here = await visit(browser, options);
  try {
    await steps(here);
    assert.deepEqual(here.wrong, []);
  } finally { await here.end(); }
}
const row = (page, machine, property) => page.locator('.machine', { hasText: machine }).locator('.pair', { hasText: property });

test('first start: the code that was printed makes the first account', () => walk({ mock: { accounts: false } }, async ({ page, mock }) => {
  await page.goto(mock.address);
  await page.getByLabel('Set-up code').fill('WRONG');
  await page.getByLabel('Your name').fill('anna');
  await page.getByLabel('New password').fill('a quiet river');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('alert').getByText('not the code').waitFor();
  await page.getByLabel('Set-up code').fill(mock.code);
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('heading', { name: 'House by the river' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'House by the river' }).waitFor();
}));

test('signing in is refused with a sentence, and slowed', () => walk({}, async ({ page, mock }) => {
  await page.goto(mock.address);
  await page.getByLabel('Name').fill('anna');
  for (let i = 0; i < 6; i++) {
    await page.getByLabel('Password').fill(`guess ${i}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.locator('button.main:enabled').waitFor();
  }
  await page.getByRole('alert').getByText('Try again in 7 s').waitFor();
}));

test('values move without a reload, and private ones stay closed', () => walk({}, async ({ page, signIn }) => {
  await signIn();
  const power = row(page, 'Main electricity meter', 'Power');
  const first = await power.innerText();
  await page.waitForFunction(before => ![...document.querySelectorAll('.pair')].some(p => p.innerText === before), first);
  assert.match(await row(page, 'Hall', 'Light').innerText(), /Private/);
  assert.equal(await page.locator('.flag.private').count(), 1);
  await page.getByText('All is well').waitFor();
}));

test('a sentence is asked back, done and taken back', () => walk({}, async ({ page, signIn }) => {
  await signIn();
  const field = page.getByLabel('Ask or tell');
  await field.fill('how warm is the boiler');
  await page.keyboard.press('Enter');
  await page.locator('.answer').getByText('Boiler, Temperature').waitFor();
  await field.fill('turn off the boiler');
  await page.getByRole('button', { name: 'Say' }).click();
  await page.locator('.answer').getByText('higher priority').waitFor();
  await page.getByRole('group', { name: 'Which of these?' }).getByRole('button', { name: 'Boiler to off' }).click();
  await page.locator('.answer').getByText('in charge: anna').waitFor();
  await row(page, 'Boiler', 'Heating').getByText('you').or(row(page, 'Boiler', 'Heating').getByText('anna')).first().waitFor();
  await page.locator('.ask').getByRole('button', { name: 'Undo' }).click();
  await page.locator('.answer').getByText('It is taken back').waitFor();
  await field.fill('sing a song');
  await page.keyboard.press('Enter');
  await page.locator('.answer').getByText('I do not know').waitFor();
}));

test('a cut line shows what is missing since when, and heals by itself', () => walk({}, async ({ page, signIn, mock, to }) => {
  await signIn();
  mock.play.cut('plant_room');
  const wrong = page.locator('.wrong');
  await wrong.getByText('The line plant room is down').waitFor();
  await wrong.getByText(/missing since 17:0\d/).first().waitFor();
  await to('thing/boiler');
  await page.locator('.tile.missing').waitFor();
  await page.locator('.gaps').getByText(/from 17:0\d until now/).waitFor();
  mock.play.heal('plant_room');
  await page.locator('.tile:not(.missing)').first().waitFor();
  await page.locator('.gaps').getByText(/from 17:0\d to 17:0\d/).waitFor();
  await to('');
  await page.getByText('All is well').waitFor();
}));

test('what is taken back before the next beat of a new stream is told too', () => walk({ mock: { tick: 2500 } }, async ({ page, signIn, mock, to }) => {
  await signIn();
  await to('thing/boiler');
  mock.play.away();
  await page.locator('.chip.offline').waitFor();
  mock.play.cut('plant_room');
  mock.play.here();
  await page.locator('.tile.missing').waitFor();
  mock.play.heal('plant_room');
  await page.locator('.tile:not(.missing)').first().waitFor();
  await to('');
  await page.getByText('All is well').waitFor();
}));

async function takeAndGiveBack({ page, to, screen }) {
  await to('thing/boiler');
  const panel = page.locator('.actuator', { hasText: 'Heating' });
  await panel.getByText('shed peak', { exact: true }).first().waitFor();
  await panel.getByRole('button', { name: 'Take it by hand' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'on', exact: true }).click();
  await dialog.getByLabel('For').selectOption('2h');
  if (screen === 'phone') assert.ok(await fits(page));
  await dialog.getByRole('button', { name: 'Take it by hand' }).click();
  await panel.getByText('You are in charge.').waitFor();
  assert.match(await panel.locator('.charges').innerText(), /anna\s*by hand\s*until 19:0\d/);
  assert.match(await panel.locator('.state').innerText(), /on/);
  assert.match(await panel.locator('.waiting').innerText(), /shed peak\s*saves\s*wants off/);
  await panel.getByRole('button', { name: 'Why?' }).click();
  const why = page.getByRole('dialog');
  await why.getByText('because anna asked for it by hand').waitFor();
  assert.deepEqual(await why.locator('.chain strong').allInnerTexts(), ['A person acted', 'Who decides changed', 'It was written', 'The machine answered']);
  await why.getByText('Show the bytes').first().click();
  await why.getByText('0000 00 2a').first().waitFor();
  await page.keyboard.press('Escape');
  await why.waitFor({ state: 'detached' });
  await panel.getByRole('button', { name: 'Give it back' }).click();
  await panel.getByText('Given back.').waitFor();
  await panel.locator('.charges', { hasText: 'shed peak' }).waitFor();
}

test('an actuator is taken by hand, asked why, and given back', () => walk({}, async here => { await here.signIn(); await takeAndGiveBack(here); }));
test('the same on a phone', () => walk({ screen: 'phone' }, async here => { await here.signIn(); await takeAndGiveBack({ ...here, screen: 'phone' }); }));

test('a wish outside the range is refused with its reason; until a time is a time', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('thing/heat_pump');
  const panel = page.locator('.actuator', { hasText: 'Warm to' });
  await panel.getByRole('button', { name: 'Take it by hand' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('It should be (°C)').fill('55');
  await dialog.getByRole('button', { name: 'Take it by hand' }).click();
  await panel.getByText('Refused: 55 is outside 16 to 24').waitFor();
  await panel.getByRole('button', { name: 'Take it by hand' }).click();
  await dialog.getByLabel('It should be (°C)').fill('22');
  await dialog.getByLabel('For', { exact: true }).selectOption('until');
  await dialog.getByLabel('Until').fill('22:00');
  await dialog.getByRole('button', { name: 'Take it by hand' }).click();
  await panel.locator('.charges', { hasText: /until (22:00|21:59)/ }).waitFor();
}));

test('a machine out of service is never switched until it is given back', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('thing/boiler');
  await page.getByRole('button', { name: 'Take out of service' }).click();
  const dialog = page.getByRole('dialog');
  assert.ok(await dialog.getByRole('button', { name: 'Take out of service' }).isDisabled());
  await dialog.getByLabel('Why is it out of service?').fill('new seal');
  await dialog.getByRole('button', { name: 'Take out of service' }).click();
  await page.locator('.actuator.out').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Take it by hand' }).isDisabled());
  await to('');
  await page.locator('.wrong').getByText('new seal').waitFor();
  await to('thing/boiler');
  await page.getByRole('button', { name: 'Give back to service' }).click();
  await page.locator('.actuator:not(.out)').waitFor();
}));

test('a wrong site file shows each error at its line; a right one is compared, applied and undone', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('setup/file');
  const text = page.getByRole('textbox', { name: 'The site file' });
  const good = await text.inputValue();
  await text.fill(good.replace('off-above', 'off-abov'));
  await page.getByRole('button', { name: 'See what would change' }).click();
  const line = good.split('\n').findIndex(l => l.includes('off-above')) + 1;
  await page.getByRole('alert').getByText(`Line ${line}, column 5: unknown field "off-abov"; did you mean "off-above"?`).waitFor();
  assert.equal(await page.locator('.gutter .wrong').innerText(), String(line));
  assert.equal(await page.evaluate(() => { const t = document.querySelector('textarea'); return t.value.slice(t.selectionStart, t.selectionEnd); }), 'off-abov: 5.0');
  await text.fill(good.replace('off-above: 5.0', 'off-above: 6.0'));
  await page.getByRole('button', { name: 'See what would change' }).click();
  assert.deepEqual((await page.locator('.diff .in, .diff .out').allInnerTexts()).map(l => l.trim().replace(/\s+/g, ' ')), [`${line} − off-above: 5.0`, `${line} + off-above: 6.0`]);
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Applied: revision 8 is in force.').waitFor();
  assert.match(await text.inputValue(), /off-above: 6.0/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('The former file is in force again.').waitFor();
  assert.match(await text.inputValue(), /revision: 9\n[^]*off-above: 5.0/);
}));

test('while one types, what is wrong stands at its line and column, and words are offered', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('setup/file');
  const text = page.getByRole('textbox', { name: 'The site file' });
  const good = await text.inputValue();
  await text.fill(good.replace('off-above', 'off-abov'));
  const line = good.split('\n').findIndex(l => l.includes('off-above')) + 1;
  await page.getByRole('status').getByText(`Line ${line}, column 5: unknown field`).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  await text.fill(`${good}  - id: next\n    pri`);
  await text.press('End');
  await page.keyboard.type('o');
  await page.getByRole('option', { name: /^priority/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('eco');
  await page.getByRole('option', { name: 'economy' }).waitFor();
  await page.keyboard.press('Enter');
  assert.match(await text.inputValue(), /\n {4}priority: economy$/);
  await page.locator('.helpline', { hasText: 'links › priority' }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Space');
  await page.getByRole('listbox', { name: 'What may stand here' }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('listbox').count(), 0);
}));

test('an earlier revision is looked at and put back', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('setup/file');
  await page.getByText('Earlier revisions').click();
  await page.locator('.revisions li', { hasText: 'Revision 6' }).getByRole('button').click();
  await page.locator('.diff .in', { hasText: 'off-above: 6.0' }).waitFor();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Applied: revision 8 is in force.').waitFor();
}));

test('a machine is found on a line and read before it is in the site file', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('setup/add');
  await page.getByLabel('Address', { exact: true }).fill('127.0.0.1:5020');
  await page.getByRole('button', { name: 'Look who answers' }).click();
  await page.getByText('plant_room has the line').waitFor();
  await page.getByLabel('Address', { exact: true }).fill('192.168.1.40:502');
  await page.getByRole('button', { name: 'Look who answers' }).click();
  await page.locator('.probing li', { hasText: 'Fronius' }).getByRole('button', { name: 'Take this one' }).click();
  assert.equal(await page.getByLabel('Unit number').inputValue(), '3');
  assert.equal(await page.getByLabel('What is it?').inputValue(), 'sunspec_inverter');
  await page.getByRole('button', { name: 'Read it now' }).click();
  await page.locator('.tried', { hasText: /Power\s*21.4/ }).waitFor();
  await page.getByLabel('What is it?').selectOption('');
  await page.locator('.register').getByLabel('Name').fill('level');
  await page.locator('.register').getByLabel('#').fill('9999');
  await page.getByRole('button', { name: 'Read it now' }).click();
  await page.getByText('Not read: Level.').waitFor();
  await page.getByText('illegal data address').waitFor();
}));

test('what a line found is added with its settings', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('setup/add');
  await page.locator('.card', { hasText: 'Found, and not in the site file' }).getByRole('button', { name: 'Add a machine' }).click();
  assert.equal(await page.getByLabel('Line', { exact: true }).inputValue(), 'cellar_bus');
  assert.equal(await page.getByLabel('Unit number').inputValue(), '7');
}));

test('taking something out of the site is confirmed first', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('setup/file');
  const text = page.getByRole('textbox', { name: 'The site file' });
  await text.fill((await text.inputValue()).replace(/ {2}- id: overheat[^]*$/, ''));
  await page.getByRole('button', { name: 'See what would change' }).click();
  await page.getByText('overheat is taken out').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Apply' }).isDisabled());
  await page.getByLabel('Yes, take these out').check();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('revision 8 is in force').waitFor();
}));

test('a file that somebody else changed meanwhile is not lost', () => walk({}, async ({ page, signIn, to, mock }) => {
  await signIn();
  await to('setup/file');
  await page.evaluate(async () => {
    const { csrf } = await (await fetch('/v1/session')).json();
    const { yaml, revision } = await (await fetch('/v1/sites/riverside_12/file')).json();
    const answer = await fetch('/v1/sites/riverside_12/file', { method: 'PUT', body: `${yaml}# theirs\n`, headers: { 'If-Match': `"${revision}"`, 'X-CSRF-Token': csrf } });
    if (!answer.ok) throw new Error(await answer.text());
  });
  const text = page.getByRole('textbox', { name: 'The site file' });
  await text.fill(`${await text.inputValue()}# mine\n`);
  await page.getByRole('button', { name: 'See what would change' }).click();
  await page.getByText('Somebody else applied another file').waitFor();
  assert.match(await text.inputValue(), /# mine/);
  await page.getByRole('button', { name: 'Take the running file' }).click();
  await page.waitForFunction(() => document.querySelector('textarea').value.includes('# theirs'));
  assert.ok(mock.address);
}));

test('a Modbus machine is added by a form and shows its first value', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('setup/add');
  await page.getByLabel('Short name').fill('pump');
  await page.getByLabel('Title').fill('Well pump');
  await page.getByLabel('Address').fill('192.168.1.30:502');
  await page.getByRole('group', { name: 'Registers' }).getByLabel('Name').fill('flow');
  await page.getByRole('group', { name: 'Registers' }).getByLabel('Unit').fill('m3/h');
  await page.getByRole('button', { name: 'See what would change' }).click();
  await page.locator('.diff').getByText('- { id: pump_line, type: modbus_tcp, endpoint: "192.168.1.30:502" }').waitFor();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.locator('.first-value').getByText(/\d/).first().waitFor();
  await page.getByRole('link', { name: 'See it' }).click();
  await page.getByRole('heading', { name: 'Well pump' }).waitFor();
}));

test('the chart zooms, moves and compares by keyboard and buttons, and tells itself in words', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('thing/meter');
  const chart = page.locator('.plot .canvas');
  await page.locator('.readout .first').waitFor();
  assert.match(await chart.getAttribute('aria-label'), /^Power, 16 Jun 17:01 to 17:01: lowest .*kW, highest .*kW, newest .*kW\. Missing once\./);
  await page.locator('.gaps').getByText('from 14:02 to 14:07').waitFor();
  for (const [range, rolled] of [['1 week', 'By quarter of an hour'], ['30 days', 'By hour'], ['1 year', 'By day'], ['1 hour', 'Every reading counts']]) {
    await page.getByRole('button', { name: range }).click();
    await page.locator('.chart .foot').getByText(rolled).waitFor();
  }
  await chart.focus();
  for (const key of ['-', 'ArrowLeft', 'ArrowLeft', '+']) await page.keyboard.press(key);
  await page.getByRole('button', { name: 'Now', exact: true }).waitFor();
  await page.keyboard.press('0');
  await page.getByRole('button', { name: 'Following' }).waitFor();
  await page.getByLabel('Compare with').selectOption('roof.power');
  await page.locator('.readout .second').waitFor();
  await page.getByRole('button', { name: 'As a table' }).click();
  await page.getByRole('row').nth(5).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download (CSV)' }).click()]);
  assert.match(readFileSync(await download.path(), 'utf8'), /^time,value,quality\n2026-06-17T/);
}));

test('dragging over a time looks closer', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('thing/meter');
  await page.locator('.readout .first').waitFor();
  const box = await page.locator('.plot .u-over').boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction(() => /16 Jun 2[34]:|17 Jun 0|00:|01:|02:/.test(document.querySelector('.plot .canvas').getAttribute('aria-label')) && !/16 Jun 17:01/.test(document.querySelector('.plot .canvas').getAttribute('aria-label')));
}));

test('without a tariff energy adds up, and costs what the reader says', () => walk({ mock: { tariff: false } }, async ({ page, signIn, to }) => {
  await signIn();
  await to('energy');
  await page.getByRole('button', { name: '7 days' }).click();
  await page.getByRole('heading', { name: 'Day by day' }).waitFor();
  assert.equal(await page.locator('.bars .bar').count(), 7);
  const kwh = Number((await page.locator('.tile', { hasText: 'In all' }).locator('.value').innerText()).replace(/[^\d.]/g, ''));
  const rows = (await page.locator('.bars td').allTextContents()).map(t => Number(t.replace(/[^\d.]/g, '')));
  assert.ok(Math.abs(rows.reduce((a, b) => a + b) - kwh) < 1, `${rows} is not ${kwh}`);
  await page.getByLabel('Price of one kWh').fill('0,5');
  const cost = await page.locator('.tile', { hasText: 'Costs' }).locator('.value').innerText();
  assert.ok(Math.abs(Number(cost.replace(/[^\d.]/g, '')) - kwh / 2) < 0.5, cost);
  await page.reload();
  await page.locator('.tile', { hasText: 'Costs' }).waitFor();
}));

test('with a tariff it says what the month costs, of what, against the one before, and what links saved', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('energy');
  const costs = page.getByRole('region', { name: 'What it costs' });
  await costs.locator('.tile', { hasText: 'Cost so far' }).getByText('against the same time of the month before').waitFor();
  const number = async place => Number((await place.innerText()).replace(/[^\d.]/g, ''));
  const sum = await number(costs.locator('.tile', { hasText: 'Cost so far' }).locator('.value'));
  const parts = await costs.locator('.made tbody tr:not(.sum) td:last-child').allInnerTexts();
  assert.ok(Math.abs(parts.reduce((a, t) => a + Number(t.replace(/[^\d.]/g, '')), 0) - sum) < 0.05, `${parts} is not ${sum}`);
  assert.equal(await page.getByLabel('Price of one kWh', { exact: true }).count(), 0);
  await costs.locator('.tile', { hasText: 'Highest quarter' }).getByText('4.24').waitFor();
  await costs.getByText('Peak 4.24 kW instead of 5.10 – 5.92 kW').waitFor();
  await costs.getByText('How is this reckoned?').focus();
  await page.keyboard.press('Enter');
  await costs.getByText('That energy is moved, not saved').waitFor();
  await costs.getByText('nobody says what car.limit draws').waitFor();
  await costs.getByRole('button', { name: 'Yesterday' }).click();
  await costs.getByRole('heading', { name: 'Hour by hour' }).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), costs.getByRole('link', { name: 'Download (CSV)' }).click()]);
  assert.match(readFileSync(await download.path(), 'utf8'), /^tariff,from,to/);
}));

test('without a connection it says since when, and catches up by itself', () => walk({}, async ({ page, signIn, mock }) => {
  await signIn();
  mock.play.away();
  await page.locator('.chip.offline').waitFor();
  await page.getByRole('alert').getByText('No connection since').waitFor();
  mock.play.here();
  await page.locator('.chip.live').waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
}));

test('who is signed in no more is asked to sign in, not told that the connection is lost', () => walk({}, async ({ page, signIn, mock }) => {
  await signIn();
  await page.context().clearCookies();
  mock.play.away();
  await page.locator('.chip.offline').waitFor();
  mock.play.here();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
}));

test('who may only look is offered nothing else', () => walk({ account: 'bert' }, async ({ page, signIn, to }) => {
  await signIn();
  assert.equal(await page.getByRole('button', { name: 'Only watch' }).count(), 0);
  await to('thing/boiler');
  await page.getByText('Your account may look, but not switch.').waitFor();
  assert.equal(await page.getByRole('button', { name: /Take/ }).count(), 0);
  await to('setup');
  assert.deepEqual(await page.locator('.tabs a').allInnerTexts(), ['People', 'Access tokens']);
}));

test('the owner lets the site only watch, adds a person, a token and an application', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await page.getByRole('button', { name: 'Only watch' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Only watch' }).click();
  await page.locator('.chip.watch').waitFor();
  await to('setup/people');
  await page.getByLabel('Name').fill('cas');
  await page.getByLabel('Password', { exact: true }).fill('ten or more letters');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('row', { name: 'cas' }).waitFor();
  await to('setup/tokens');
  await page.getByLabel('What is it for?').fill('my script');
  await page.getByRole('button', { name: 'Make a token' }).click();
  await page.locator('.once code').getByText(/^lst_/).waitFor();
  await to('setup/applications');
  await page.getByLabel('Name').fill('billing');
  await page.getByLabel('Main electricity meter').check();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.locator('.once code').getByText(/^lsa_/).waitFor();
}));

test('Dutch, with Dutch numbers, in the site’s time wherever the reader is', () => walk({ locale: 'nl-BE' }, async ({ page, signIn, to }) => {
  await signIn();
  await page.getByText('Alles is in orde').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'nl');
  assert.match(await row(page, 'Cold store', 'Temperature').innerText(), /\d,\d\s*°C/);
  await to('thing/heat_pump');
  await page.locator('.charges').getByText('tot 18:31').waitFor();
  await page.locator('.menu summary').click();
  await page.getByLabel('Taal').selectOption('en');
  await page.getByRole('link', { name: 'Energy' }).waitFor();
  await page.reload();
  await page.getByRole('link', { name: 'Energy' }).waitFor();
}));

test('the keyboard reaches the content first, then everything', () => walk({}, async ({ page, signIn }) => {
  await signIn();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
}));

test('no page is wider than its screen, in both languages', () => walk({ screen: 'phone', locale: 'nl-BE' }, async ({ page, signIn, to }) => {
  await signIn();
  for (const path of ['', 'thing/boiler', 'thing/meter', 'energy', 'setup/file', 'setup/add', 'setup/people', 'setup/tokens', 'setup/applications']) {
    await to(path);
    assert.ok(await fits(page), `${path || 'site'} is wider than the phone`);
  }
}));

const PICTURE = fileURLToPath(new URL('../../../simulation/src/main/resources/io/linkspan/simulation/ground_floor.png', import.meta.url));

async function placeMachines({ page, to, screen }) {
  await to('plan');
  const standing = name => page.locator('.board .standing', { hasText: name });
  const row = name => page.locator('.standing-list li', { hasText: name });
  await standing('Cold store').waitFor();
  assert.equal(await page.locator('.board .standing').count(), await page.locator('.standing-list li').count());
  await page.getByRole('button', { name: 'Arrange' }).click();
  // What is no picture is refused with a sentence; a picture becomes a plan.
  await page.getByLabel('What does it show?').fill('First floor');
  await page.getByLabel('Picture', { exact: true }).setInputFiles({ name: 'floor.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload="x"/>') });
  await page.getByRole('button', { name: 'Add a plan' }).click();
  await page.getByRole('alert').getByText('this is none of them').waitFor();
  await page.getByLabel('Picture', { exact: true }).setInputFiles(PICTURE);
  await page.getByRole('button', { name: 'Add a plan' }).click();
  await page.getByRole('link', { name: 'First floor' }).and(page.locator('[aria-current]')).waitFor();
  // A machine is put on it, and moved by the keys alone.
  await row('Car charger').getByRole('button').click();
  const charger = page.getByRole('button', { name: 'Car charger', exact: true });
  await charger.focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'Shift+ArrowUp']) await page.keyboard.press(key);
  const said = await page.locator('.standing-list [role=status]').first().innerText();
  const [x, y] = [...said.matchAll(/([\d.]+) %/g)].map(m => Number(m[1]));
  assert.ok(x > 50 && y > 50, said);
  if (screen === 'phone') assert.ok(await fits(page));
  await page.getByRole('button', { name: 'See what would change' }).click();
  const lines = (await page.locator('.diff .in').allInnerTexts()).map(l => l.trim());
  assert.equal(lines.length, 2, lines.join());
  assert.match(lines.join(), /id: first_floor, title: First floor, image: first_floor/);
  const [, writtenX, writtenY] = lines.join().match(/id: car, .*place: \{ plan: first_floor, x: ([\d.]+), y: ([\d.]+) \}/).map(Number);
  assert.ok(Math.abs(writtenX * 100 - x) < 0.06 && Math.abs(writtenY * 100 - y) < 0.06, lines.join());
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.locator('.place-changes').waitFor({ state: 'detached' });
  await page.reload();
  await page.locator('.board img.leaflet-image-layer').waitFor();
  await standing('Car charger').waitFor();
  assert.ok(await page.locator('.board img.leaflet-image-layer').evaluate(i => i.decode().then(() => i.naturalWidth)) === 1200);
}

test('a plan is added from a picture, a machine put on it by the keys, applied, and there after a reload', () => walk({}, async here => { await here.signIn(); await placeMachines(here); }));
test('the same plan on a phone', () => walk({ screen: 'phone' }, async here => { await here.signIn(); await placeMachines({ ...here, screen: 'phone' }); }));

test('a machine is dragged to its place; its value moves, and what is wrong is said in words', () => walk({}, async ({ page, signIn, to, mock }) => {
  await signIn();
  await to('plan');
  const meter = page.locator('.board .standing', { hasText: 'Main electricity meter' });
  const value = meter.locator('.value');
  const first = await value.innerText();
  await page.waitForFunction(before => [...document.querySelectorAll('.board .standing')].find(s => s.textContent.includes('Main electricity meter')).querySelector('.value').innerText !== before, first);
  mock.play.cut('grid_meter');
  await meter.getByText(/Missing since 17:0\d/).waitFor();
  await page.locator('.standing-list li', { hasText: 'Main electricity meter' }).locator('.ill-text').waitFor();
  mock.play.heal('grid_meter');
  await page.locator('.board .standing.ill').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Arrange' }).click();
  const pin = await page.locator('.board span.standing', { hasText: 'Main electricity meter' }).locator('.pin').boundingBox();
  await page.mouse.move(pin.x + pin.width / 2, pin.y + pin.height / 2);
  await page.mouse.down();
  await page.mouse.move(pin.x - 90, pin.y - 60, { steps: 8 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'See what would change' }).click();
  const [, x, y] = (await page.locator('.diff .in').innerText()).match(/x: ([\d.]+), y: ([\d.]+)/).map(Number);
  assert.ok(x < 0.42 && y < 0.86, `${x} ${y}`);
  await page.getByRole('button', { name: 'Discard my changes' }).click();
  await page.locator('.place-changes').waitFor({ state: 'detached' });
  await page.locator('.board a.standing', { hasText: 'Boiler' }).click();
  await page.getByRole('heading', { name: 'Boiler', level: 1 }).waitFor();
}));

test('the map is drawn from the page itself, and has what has a position', () => walk({}, async ({ page, signIn, to, asked, mock }) => {
  await signIn();
  await to('plan/map');
  await page.locator('.board .country').first().waitFor({ state: 'attached' });
  assert.deepEqual((await page.locator('.standing-list li a').allInnerTexts()).sort(), ['Cold store', 'Main electricity meter']);
  for (let i = 0; i < 8; i++) await page.getByRole('button', { name: 'Wider' }).click();
  assert.ok(asked.every(u => u.startsWith(mock.address)));
}));

test('a machine that says where it is moves on the map, and is moved by nobody', () => walk({ mock: { van: true } }, async ({ page, signIn, to }) => {
  await signIn();
  await to('plan/map');
  const van = page.locator('.board .standing', { hasText: 'Van' });
  await van.getByText('420').waitFor();
  const left = async () => (await van.locator('.pin').boundingBox()).x;
  const first = await left();
  await page.waitForFunction(before => [...document.querySelectorAll('.board .standing')].find(s => s.textContent.includes('Van')).querySelector('.pin').getBoundingClientRect().x > before + 2, first);
  await page.getByRole('button', { name: 'Arrange' }).click();
  const row = page.locator('.standing-list li', { hasText: 'Van' });
  await row.getByText('It tells itself where it is.').waitFor();
  assert.equal(await row.getByRole('button').count(), 0);
}));

test('who may not change the site looks at the plan', () => walk({ account: 'bert' }, async ({ page, signIn, to }) => {
  await signIn();
  await to('plan');
  await page.locator('.board .standing').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Arrange' }).count(), 0);
}));

test('the first view weighs under 60 KB, everything but the plan and the map under 90 KB compressed, those under 60 and 105 KB', () => walk({}, async ({ signIn, asked }) => {
  await signIn();
  const size = file => { const path = join(DIST, file); try { return statSync(`${path}.gz`).size; } catch { return statSync(path).size; } };
  const first = asked.map(u => new URL(u).pathname).filter(p => !p.startsWith('/v1/')).map(p => p === '/' ? 'index.html' : p).reduce((sum, f) => sum + size(f), 0);
  const files = readdirSync(DIST, { recursive: true }).filter(f => /\.\w+$/.test(f) && !f.endsWith('.gz'));
  const sum = some => files.filter(some).reduce((all, f) => all + size(f), 0);
  // Leaflet and the outlines of the countries come when somebody opens a plan, or the map.
  const ofMap = f => /\/(countries|src)-/.test(f), ofPlan = f => /\/(plan|layers|marker)-/.test(f);
  const all = sum(f => !ofMap(f) && !ofPlan(f));
  assert.ok(sum(ofPlan) > 10_000 && sum(ofPlan) < 60_000, `${sum(ofPlan)} bytes of the plan`);
  assert.ok(sum(ofMap) > 10_000 && sum(ofMap) < 105_000, `${sum(ofMap)} bytes of the map`);
  assert.ok(!asked.some(u => /(countries|plan)-/.test(u)), 'the plan is loaded before it is opened');
  assert.ok(first < 60_000, `${first} bytes before the first view`);
  assert.ok(all < 90_000, `${all} bytes in all`);
}));

test('a rule is read, looked into, put to sleep with a reason and woken', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  await to('thing/boiler');
  await page.locator('.actuator').getByRole('link', { name: 'Warm water' }).click();
  await page.getByText(/When Boiler · Temperature is below 50/).waitFor();
  await page.locator('.parts .no', { hasText: 'Temperature is below' }).locator('.value').waitFor();
  await page.getByText(/It does not act: “Boiler · Temperature is below/).waitFor();
  await page.getByRole('button', { name: 'Put to sleep' }).click();
  const dialog = page.getByRole('dialog');
  assert.ok(await dialog.getByRole('button', { name: 'Put to sleep' }).isDisabled());
  await dialog.getByLabel('Why?').fill('the pump is being changed');
  await dialog.getByRole('button', { name: 'Put to sleep' }).click();
  await page.getByText('Somebody put it to sleep: the pump is being changed').waitFor();
  await page.getByRole('button', { name: 'Wake it' }).click();
  await page.getByRole('button', { name: 'Put to sleep' }).waitFor();
  await page.getByRole('link', { name: 'Boiler · Heating' }).click();
  await page.getByRole('heading', { name: 'Boiler' }).waitFor();
}));

test('the mode is switched at the site, and a scene tells what became of each of its values', () => walk({}, async ({ page, signIn, to }) => {
  await signIn();
  const modes = page.getByRole('group', { name: 'Mode' });
  await modes.getByRole('button', { name: 'away' }).click();
  await modes.getByRole('button', { name: 'away', pressed: true }).waitFor();
  await page.getByRole('button', { name: 'Good night' }).click();
  const told = page.getByRole('status', { name: 'What became of it' });
  await told.getByText('Heat pump · Warm to: Done').waitFor();
  await told.getByText('Car charger · Charge with at most: Refused').waitFor();
  await to('rules');
  await page.locator('.rule', { hasText: 'Nobody home' }).getByText('acts').or(page.locator('.rule', { hasText: 'Nobody home' }).getByText('waits')).first().waitFor();
}));

test('who only looks switches no mode and puts no rule to sleep', () => walk({ account: 'bert', screen: 'phone', locale: 'nl-BE' }, async ({ page, signIn, to }) => {
  await signIn();
  await to('rules');
  await page.getByText(/Wanneer Boiler · Temperature is onder/).waitFor();
  assert.ok(await page.getByRole('button', { name: 'away' }).isDisabled());
  assert.ok(await fits(page));
  await to('rules/warm_water');
  await page.locator('.parts li').first().waitFor();
  assert.ok(await fits(page));
  assert.equal(await page.getByRole('button', { name: 'In slaap zetten' }).count(), 0);
}));
