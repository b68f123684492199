// axe-core on each page, light and dark: WCAG 2.2 AA and its best practices, without a violation.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { open, visit } from '../browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser;
before(async () => { browser = await open(); });
after(() => browser?.close());

async function audit(page, where) {
  if (!await page.evaluate(() => 'axe' in window)) await page.addScriptTag({ content: axe });
  // What lies half under the head of the page while it is scrolled is no small target.
  await page.evaluate(() => scrollTo(0, 0));
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(violations.map(v => `${where}: ${v.id}: ${v.help}: ${v.nodes.map(n => n.target).slice(0, 3).join(', ')}`), []);
}

for (const scheme of ['light', 'dark'])
  for (const screen of ['laptop', 'phone'])
    test(`every page, ${scheme}, on a ${screen}`, async () => {
      const here = await visit(browser, { scheme, screen, bypassCSP: true });
      try {
        const { page, to, signIn, mock } = here;
        await page.goto(mock.address);
        await page.locator('form').waitFor();
        await audit(page, 'signing in');
        await signIn();
        await audit(page, 'site, all well');
        await page.getByLabel('Ask or tell').fill('turn off the boiler');
        await page.keyboard.press('Enter');
        await page.getByRole('group', { name: 'Which of these?' }).waitFor();
        await audit(page, 'a sentence asked back');
        mock.play.cut('plant_room');
        await page.locator('.troubles li').nth(2).waitFor();
        await audit(page, 'site, something missing');
        mock.play.heal('plant_room');
        for (const path of ['thing/boiler', 'thing/heat_pump', 'thing/meter', 'thing/hall', 'energy', 'rules', 'rules/warm_water', 'plan', 'plan/map', 'setup/file', 'setup/add', 'setup/people', 'setup/tokens', 'setup/applications']) {
          await to(path);
          await page.locator('.card, .tile').first().waitFor();
          await audit(page, path);
        }
        await to('plan');
        await page.getByRole('button', { name: 'Arrange' }).click();
        await page.getByRole('button', { name: 'Put it here Car charger' }).click();
        await page.getByRole('button', { name: 'See what would change' }).click();
        await page.locator('.diff').waitFor();
        await audit(page, 'arranging a plan');
        await to('thing/boiler');
        await page.getByRole('button', { name: 'Take it by hand' }).click();
        await audit(page, 'taking by hand');
        await page.keyboard.press('Escape');
        await page.locator('.actuator').getByRole('button', { name: 'Why?' }).click();
        await page.locator('.chain li').first().waitFor();
        await audit(page, 'why');
        await to('setup/file');
        const text = page.getByRole('textbox', { name: 'The site file' });
        await text.fill((await text.inputValue()).replace('off-above', 'off-abov'));
        await page.getByRole('button', { name: 'See what would change' }).click();
        await page.locator('.gutter .wrong').waitFor();
        await audit(page, 'a wrong file');
        await page.getByText('Earlier revisions').click();
        await text.fill(`${await text.inputValue()}  - id: frost\n    p`);
        await text.press('End');
        await page.keyboard.type('r');
        await page.getByRole('listbox').waitFor();
        await audit(page, 'words to choose from');
        await to('setup/add');
        await page.getByLabel('Address', { exact: true }).fill('192.168.1.40:502');
        await page.getByRole('button', { name: 'Look who answers' }).click();
        await page.locator('.probing li', { hasText: 'Fronius' }).getByRole('button').click();
        await page.getByRole('button', { name: 'Read it now' }).click();
        await page.locator('.tried dd').first().waitFor();
        await audit(page, 'a machine that was found');
      } finally { await here.end(); }
    });
