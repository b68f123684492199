import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell, Rule } from '../../src/main/page/api';
import { Format } from '../../src/main/page/format';
import { conditionWords, ruleWords, whyNotWords, type Names } from '../../src/main/page/rules';
import { catalogue } from '../../src/main/page/words/words';

const cells: Cell[] = [
  { property: 'boiler.temperature', type: 'number', unit: 'Cel' }, { property: 'boiler.on', type: 'flag', writable: true },
  { property: 'cellar.door', type: 'flag' }, { property: 'car.state', type: 'choice' },
];
const titles: Record<string, string> = { 'boiler.temperature': 'Boiler · Temperature', 'boiler.on': 'Boiler · Heating', 'cellar.door': 'Cold store · Door open', 'car.state': 'Car · State' };
const names: Names = { title: path => titles[path] ?? path, cell: path => cells.find(c => c.property === path) };
const en = new Format(catalogue.en, 'en-GB', 'UTC'), nl = new Format(catalogue.nl, 'nl-BE', 'UTC');
const rule: Rule = {
  id: 'warm_water', kind: 'rule', sentence: '', priority: 'comfort', version: 1, when: 'boiler.temperature < 50.5 && !cellar.door', until: 'boiler.temperature > 60', for: '1h10min', works: ['boiler.on'],
  then: [{ do: 'hold', text: '', property: 'boiler.on', value: true, linger: '15min' }, { do: 'tell', text: '', says: 'Warm' }],
};
const plain = (text: string) => text.replaceAll('\u202f', ' ');

test('a rule is a sentence in each language', () => {
  assert.equal(plain(ruleWords(rule, en, names)), 'When Boiler · Temperature is below 50.5 °C and Cold store · Door open is no for 1 h 10 min: Boiler · Heating to on, and 15 min longer, then tell “Warm”. It counts as met until Boiler · Temperature is above 60 °C.');
  assert.equal(plain(ruleWords(rule, nl, names)), 'Wanneer Boiler · Temperature is onder 50,5 °C en Cold store · Door open is nee, 1 h 10 min lang: Boiler · Heating op aan, en 15 min langer, daarna meld “Warm”. Het geldt als vervuld tot Boiler · Temperature is boven 60 °C.');
});

test('what can not be said plainly stays as it is written', () => {
  for (const text of ['avg(boiler.temperature, 5min) > 3', 'nobody.knows > 3', 'boiler.temperature < 3 && cellar.door || boiler.on', '(cellar.door)', '!boiler.temperature'])
    assert.equal(conditionWords(text, en, names), text);
  assert.equal(conditionWords('car.state == "a && b"', en, names), 'Car · State is a && b');
  assert.equal(conditionWords('cellar.door || boiler.on', en, names), 'Cold store · Door open is yes or Boiler · Heating is on');
});

test('a schedule tells its points, and modes stand before', () => {
  const schedule: Rule = { id: 's', kind: 'schedule', sentence: '', priority: 'comfort', version: 1, works: ['boiler.on'], modes: ['home', 'away'], points: [{ at: 'sunset', value: true }, { at: '23:00' }] };
  assert.equal(ruleWords(schedule, en, names), 'In mode home or away: By the clock Boiler · Heating is on from sunset, free from 23:00.');
});

test('why it does not act names only the parts that keep it', () => {
  const told = { ...rule, why_not: '', moves: [], state: 'idle' as const, condition: [{ text: 'boiler.temperature < 50', met: 'no' as const, seen: [] }, { text: '!cellar.door', met: 'yes' as const, seen: [] }] };
  assert.equal(plain(whyNotWords(told, '', 0, en, names)), 'It does not act: “Boiler · Temperature is below 50 °C” is not met.');
  assert.match(whyNotWords({ ...told, state: 'off', reason: 'repair' }, '', 0, en, names), /repair/);
  assert.equal(whyNotWords({ ...told, at: ['07:00'], condition: [] }, '', 0, en, names), catalogue.en.rules.idleTime);
});
