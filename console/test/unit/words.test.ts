import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, chooseLanguage, fill, languages, plural } from '../../src/main/page/words/words';

function flat(words: object, prefix = ''): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') all.set(prefix + key, value);
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) all.set(k, v);
  }
  return all;
}
const parts = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(m => m[1]).sort();

test('every language has every sentence, with the same parts', () => {
  const english = flat(catalogue.en);
  assert.ok(english.size > 200);
  for (const language of languages) {
    const own = flat(catalogue[language]);
    assert.deepEqual([...own.keys()].sort(), [...english.keys()].sort(), language);
    for (const [key, text] of own) {
      assert.deepEqual(parts(text), parts(english.get(key)!), `${language} ${key}`);
      assert.ok(text.trim() !== '', `${language} ${key} is empty`);
    }
  }
});

test('a language is really another one', () => {
  const same = [...flat(catalogue.nl)].filter(([key, text]) => flat(catalogue.en).get(key) === text).map(([key]) => key);
  // Words that are the same in both, such as "Machines", are few.
  assert.ok(same.length < 20, same.join(', '));
});

test('our own jargon is not on the page', () => {
  for (const language of languages)
    for (const [key, text] of flat(catalogue[language]))
      assert.ok(!/\b(hold|holds|gap|gaps|cell|lease|twin|principal)\b/i.test(text), `${language} ${key}: ${text}`);
});

test('a missing part stays visible', () => {
  assert.equal(fill('since {at}', { at: '14:02' }), 'since 14:02');
  assert.equal(fill('since {at}', {}), 'since {at}');
});

test('plurals are the language’s own', () => {
  assert.equal(plural(catalogue.en.machineCount, 1, 'en'), '1 machine');
  assert.equal(plural(catalogue.en.machineCount, 0, 'en'), '0 machines');
  assert.equal(plural(catalogue.nl.machineCount, 7, 'nl'), '7 machines');
});

test('the reader’s wish comes before the browser’s, English last', () => {
  assert.equal(chooseLanguage([undefined, 'nl', 'en']), 'nl');
  assert.equal(chooseLanguage(['fr-BE', 'nl-BE', 'en']), 'nl');
  assert.equal(chooseLanguage(['fr']), 'en');
});
