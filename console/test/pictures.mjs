// The pictures of docs/console, taken anew: node test/pictures.mjs [FOLDER]. Each is under 120 KB.
import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { open, visit } from './browser.mjs';

const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/console', import.meta.url));
const PICTURE_BYTES_MAX = 120_000;
mkdirSync(folder, { recursive: true });
const browser = await open();

const why = async page => { await page.locator('.actuator').getByRole('button', { name: 'Why?' }).click(); await page.locator('.chain li').nth(3).waitFor(); };
const take = async page => { await page.locator('.actuator').first().getByRole('button', { name: 'Take it by hand' }).click(); await page.getByRole('dialog').waitFor(); };
const chart = async page => { await page.locator('.readout .first').waitFor(); };
const compare = async page => { await chart(page); await page.getByLabel('Compare with').selectOption('roof.power'); await page.locator('.readout .second').waitFor(); };
const week = async page => { await page.getByRole('button', { name: '7 days' }).click(); await page.getByRole('heading', { name: 'Day by day' }).waitFor(); };
const costs = async page => { await page.locator('.costs .made').waitFor(); };
const mistake = async page => {
  const text = page.getByRole('textbox', { name: 'The site file' });
  await text.fill((await text.inputValue()).replace('off-above', 'off-abov'));
  await page.getByRole('button', { name: 'See what would change' }).click();
  await page.locator('.gutter .wrong').waitFor();
};
const complete = async page => {
  const text = page.getByRole('textbox', { name: 'The site file' });
  await text.fill(`${await text.inputValue()}  - id: frost\n    p`);
  await text.press('End');
  await page.keyboard.type('r');
  await page.getByRole('listbox').waitFor();
};
const find = async page => {
  await page.getByLabel('Address', { exact: true }).fill('192.168.1.40:502');
  await page.getByRole('button', { name: 'Look who answers' }).click();
  await page.locator('.probing li', { hasText: 'Fronius' }).getByRole('button').click();
  await page.getByRole('button', { name: 'Read it now' }).click();
  await page.locator('.tried dd').first().waitFor();
  await page.locator('form.form').evaluate(f => f.scrollIntoView({ block: 'start' }));
};
const cut = async (page, here) => { here.mock.play.cut('cellar_bus'); await page.locator('.troubles li').nth(1).waitFor(); };
const ill = async (page, here) => { here.mock.play.cut('cellar_bus'); await page.locator('.standing.ill').first().waitFor(); };
const arrange = async page => {
  await page.getByRole('button', { name: 'Arrange' }).click();
  await page.getByRole('button', { name: 'Boiler', exact: true }).focus();
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('button', { name: 'See what would change' }).click();
  await page.locator('.diff').waitFor();
};
const wider = async page => {
  await page.locator('.board .country').first().waitFor({ state: 'attached' });
  for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'Wider' }).click();
};
const PICTURES = [
  ['site', { screen: 'laptop' }, ''],
  ['site-dark-missing', { screen: 'laptop', scheme: 'dark' }, '', cut],
  ['site-wall', { screen: 'wall', scheme: 'dark', scale: 0.7 }, ''],
  ['site-phone', { screen: 'phone' }, ''],
  ['machine', { screen: 'laptop' }, 'thing/meter', compare],
  ['machine-phone', { screen: 'phone', scheme: 'dark' }, 'thing/boiler', chart],
  ['why', { screen: 'laptop', scale: 0.9 }, 'thing/boiler', why],
  ['take-phone', { screen: 'phone' }, 'thing/boiler', take],
  ['energy', { screen: 'laptop' }, 'energy', costs],
  ['energy-phone', { screen: 'phone', scheme: 'dark' }, 'energy', costs],
  ['energy-counted', { screen: 'laptop', mock: { tariff: false } }, 'energy', week],
  ['set-up-wrong-line', { screen: 'laptop', scheme: 'dark' }, 'setup/file', mistake],
  ['set-up-complete', { screen: 'laptop' }, 'setup/file', complete],
  ['set-up-add', { screen: 'laptop', scale: 0.9 }, 'setup/add', find],
  ['plan', { screen: 'laptop' }, 'plan', ill],
  ['plan-dark-arrange', { screen: 'laptop', scheme: 'dark', scale: 0.8 }, 'plan', arrange],
  ['plan-phone', { screen: 'phone' }, 'plan'],
  ['map', { screen: 'laptop', scale: 0.9 }, 'plan/map', wider],
  ['people', { screen: 'laptop' }, 'setup/people'],
];
let failed = false;
{
  const here = await visit(browser, { screen: 'laptop', mock: { accounts: false } });
  await here.page.goto(here.mock.address);
  await here.page.getByLabel('Set-up code').waitFor();
  await here.page.screenshot({ path: `${folder}/first-start.png` });
  await here.end();
}
for (const [name, options, path, act] of PICTURES) {
  const here = await visit(browser, options);
  await here.signIn();
  await here.to(path);
  await act?.(here.page, here);
  await here.page.locator('.card, .tile').first().waitFor();
  await here.page.mouse.move(1, 1);
  const file = `${folder}/${name}.png`;
  await here.page.screenshot({ path: file });
  const { size } = statSync(file);
  console.log(`${name}.png ${(size / 1024).toFixed(0)} KiB`);
  if (size > PICTURE_BYTES_MAX) { failed = true; console.log(`  is over ${PICTURE_BYTES_MAX} bytes`); }
  for (const line of here.wrong) { failed = true; console.log(`  ${line}`); }
  await here.end();
}
await browser.close();
process.exit(failed ? 1 : 0);
