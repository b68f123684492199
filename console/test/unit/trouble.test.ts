import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell, Thing } from '../../src/main/page/api';
import { isIll, troubles } from '../../src/main/page/trouble';

const cell = (property: string, more: Partial<Cell> = {}): Cell => ({ property, type: 'number', value: 1, quality: 'good', ...more });
const thing = (id: string, ...properties: Cell[]): Thing => ({ id, properties });
const find = (things: Thing[]) => troubles(things, new Map(things.flatMap(t => t.properties.map(c => [c.property, c]))), {}, []);

test('a healthy site has no trouble', () => {
  assert.deepEqual(find([thing('meter', cell('meter.power'), cell('meter.voltage'))]), []);
});

test('what is missing together is told once', () => {
  const since = '2026-01-14T13:02:00Z';
  const found = find([thing('meter', cell('meter.power', { missing_since: since, missing_cause: 'wrong CRC' }), cell('meter.voltage', { missing_since: since, missing_cause: 'wrong CRC' }), cell('meter.energy'))]);
  assert.equal(found.length, 1);
  const [first] = found;
  assert.ok(first?.kind === 'missing');
  assert.deepEqual(first.cells.map(c => c.property), ['meter.power', 'meter.voltage']);
});

test('the worst stands first', () => {
  const things = [
    thing('a', cell('a.x', { out_of_service: 'leaks' })), thing('b', cell('b.x', { missing_since: '2026-01-14T13:02:00Z' })),
    thing('c', cell('c.x', { write: 'refused', desired: 2 })), thing('d', cell('d.x', { quality: 'bad' })),
  ];
  const found = troubles(things, new Map(), { trouble: 'the log is damaged' }, [{ connector: 'bus', up: false }, { connector: 'other', up: true }]);
  assert.deepEqual(found.map(t => t.kind), ['site', 'write', 'line', 'missing', 'bad', 'service']);
});

test('a machine out of service that is not written is no second trouble', () => {
  const found = find([thing('pump', cell('pump.on', { out_of_service: 'leaks', write: 'differs' }), cell('pump.speed', { out_of_service: 'leaks' }))]);
  assert.deepEqual(found.map(t => t.kind), ['service']);
});

test('a full or dead disk is told as such, with its own sentence', () => {
  assert.deepEqual(troubles([], new Map(), { disk: 'ok', trouble: '' }, []), []);
  assert.deepEqual(troubles([], new Map(), { disk: 'control_only', trouble: 'no room' }, []), [{ kind: 'disk', weight: 0, disk: 'control_only', text: 'no room' }]);
});

test('a value is ill exactly when it makes a trouble of its own', () => {
  const since = '2026-01-14T13:02:00Z';
  const cells = [cell('t.a'), cell('t.b', { missing_since: since }), cell('t.c', { quality: 'bad' }), cell('t.d', { write: 'refused' }), cell('t.e', { write: 'settled' }), cell('t.f', { out_of_service: 'seal' }), cell('t.g', { quality: 'uncertain' })];
  for (const c of cells) assert.equal(isIll(c), find([thing('t', c)]).length > 0, c.property);
});
