import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { helpAt, offerAt, spotAt, type Schema } from '../../src/main/page/complete';

const schema = JSON.parse(readFileSync('../node/src/main/resources/schema/site.schema.json', 'utf8')) as Schema;
const known = { connectors: ['plant_room', 'grid_meter'], kinds: ['boiler'], profiles: ['eastron_sdm120', 'eastron_sdm630'], paths: ['meter.power'] };
const at = (text: string) => ({ text: text.replace('|', ''), caret: text.indexOf('|') });
const spot = (marked: string) => { const { text, caret } = at(marked); const { path, kind, word } = spotAt(text, caret); return { path: path.join('/'), kind, word }; };
const words = (marked: string) => { const { text, caret } = at(marked); return offerAt(schema, text, caret, known).words.map(w => w.word); };

test('the place of the caret in blocks, lists and braces', () => {
  assert.deepEqual(spot('lin|'), { path: '', kind: 'key', word: 'lin' });
  assert.deepEqual(spot('things:\n  - id: meter\n    ti|'), { path: 'things/', kind: 'key', word: 'ti' });
  assert.deepEqual(spot('things:\n- id: meter\n  ti|'), { path: 'things/', kind: 'key', word: 'ti' });
  assert.deepEqual(spot('things:\n  - id: meter\n    properties:\n      power: { type: num|'), { path: 'things//properties/power/type', kind: 'value', word: 'num' });
  assert.deepEqual(spot('things:\n  - id: meter\n    properties:\n      power: { type: number, un|'), { path: 'things//properties/power', kind: 'key', word: 'un' });
  assert.deepEqual(spot('kinds:\n  - id: b\n    properties:\n      on: { type: flag,\n            without-us: { wat|'), { path: 'kinds//properties/on/without-us', kind: 'key', word: 'wat' });
  assert.deepEqual(spot('connectors:\n  - { id: a, ty|'), { path: 'connectors/', kind: 'key', word: 'ty' });
  assert.deepEqual(spot('links:\n  - id: x\n    from: meter.power # a: {\n    pri|'), { path: 'links/', kind: 'key', word: 'pri' });
  assert.deepEqual(spot('things:\n  - id: a\narm|'), { path: '', kind: 'key', word: 'arm' });
});

test('keys and values come from the schema, and names from the file', () => {
  assert.deepEqual(words('con|'), ['connectors']);
  assert.ok(words('things:\n  - id: a\n    properties:\n      p: { min|').includes('minimum-on'));
  assert.ok(words('things:\n  - id: a\n    properties:\n      p: { type: |').includes('register'));
  assert.deepEqual(words('things:\n  - id: a\n    connector: pl|'), ['plant_room']);
  assert.deepEqual(words('things:\n  - id: a\n    profile: eastron_sdm1|'), ['eastron_sdm120']);
  assert.deepEqual(words('armed: t|'), ['true']);
  assert.deepEqual(words('links:\n  - id: x\n    from: me|'), ['meter.power']);
  assert.deepEqual(words('armed: true # t|'), []);
});

test('a field says what it means', () => {
  const { text, caret } = at('things:\n  - id: a\n    properties:\n      p: { every|: 5s }');
  assert.equal(helpAt(schema, text, caret).path, 'things › properties › p › every');
  assert.ok(helpAt(schema, text, caret).help.includes('how often it is read'));
});
