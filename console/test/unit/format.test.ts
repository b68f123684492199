import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Format, symbol, titleOf } from '../../src/main/page/format';
import { catalogue } from '../../src/main/page/words/words';

const british = new Format(catalogue.en, 'en-GB', 'Europe/Brussels');
const dutch = new Format(catalogue.nl, 'nl-BE', 'Europe/Brussels');

test('numbers are the reader’s', () => {
  assert.equal(british.withUnit({ type: 'number', unit: 'kW', shown: '5.4 kW' }, 5.4), '5.4\u202fkW');
  assert.equal(dutch.withUnit({ type: 'number', unit: 'Cel', shown: '21.50 °C' }, 21.5), '21,50\u202f°C');
  assert.equal(british.value({ type: 'register' }, '8412.611'), '8,412.611');
  assert.equal(british.number(-0), '0');
});

test('what can be switched is on or off, what is seen is yes or no', () => {
  assert.equal(british.value({ type: 'flag', writable: true }, true), 'on');
  assert.equal(british.value({ type: 'flag' }, true), 'yes');
  assert.equal(dutch.value({ type: 'flag', writable: true }, false), 'uit');
});

test('times are the site’s zone, today by the clock alone', () => {
  const at = Date.parse('2026-01-14T17:01:28Z');
  assert.equal(british.at(at, at + 3_600_000), '18:01');
  assert.equal(british.at(at, at + 86_400_000), '14 Jan 18:01');
  assert.equal(british.day(at, Date.parse('2027-03-01T00:00:00Z')), '14 Jan 2026');
});

test('days of 23 and 25 hours begin at midnight', () => {
  const spring = Date.parse('2026-03-29T12:00:00Z'), autumn = Date.parse('2026-10-25T12:00:00Z');
  assert.equal(new Date(british.dayStart(spring)).toISOString(), '2026-03-28T23:00:00.000Z');
  assert.equal((british.dayStart(spring, 1) - british.dayStart(spring)) / 3_600_000, 23);
  assert.equal(new Date(british.dayStart(autumn)).toISOString(), '2026-10-24T22:00:00.000Z');
  assert.equal((british.dayStart(autumn, 1) - british.dayStart(autumn)) / 3_600_000, 25);
  assert.equal(new Date(british.dayStart(Date.parse('2026-03-01T05:00:00Z'), -1)).toISOString(), '2026-02-27T23:00:00.000Z');
});

test('what is missing is said from when to when', () => {
  const now = Date.parse('2026-01-14T17:00:00Z');
  assert.equal(british.missing({ from: '2026-01-14T13:02:00Z', to: '2026-01-14T13:07:00Z' }, now), 'from 14:02 to 14:07');
  assert.equal(dutch.missing({ from: '2026-01-14T13:02:00Z' }, now), 'van 14:02 tot nu');
});

test('an age is told in its largest unit', () => {
  assert.equal(british.span(59_000), '59 secs');
  assert.equal(british.span(5 * 60_000), '5 mins');
  assert.equal(british.span(50 * 3_600_000), '2 days');
});

test('units are as engineers write them, names as people do', () => {
  assert.equal(symbol('kW.h'), 'kWh');
  assert.equal(symbol('Cel'), '°C');
  assert.equal(symbol(undefined), '');
  assert.equal(titleOf({ property: 'meter.energy_import' }), 'Energy import');
  assert.equal(titleOf({ property: 'meter.power', title: 'Vermogen' }), 'Vermogen');
});

test('a date for an axis shows the site’s clock, wherever the reader is', () => {
  const zone = new Format(catalogue.en, 'en-GB', 'Europe/Brussels');
  for (const [at, hour, day] of [['2026-03-29T00:30:00Z', 1, 29], ['2026-03-29T01:30:00Z', 3, 29], ['2026-06-17T22:30:00Z', 0, 18], ['2026-12-31T23:10:00Z', 0, 1]] as const) {
    const local = zone.asLocal(Date.parse(at));
    assert.deepEqual([local.getHours(), local.getDate()], [hour, day], at);
  }
});
