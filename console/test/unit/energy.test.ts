import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bucket } from '../../src/main/page/api';
import { bars, metersOf, niceTop, peakPower, sum } from '../../src/main/page/energy';

const HOUR = 3_600_000;
const bucket = (hour: number, more: Partial<Bucket>): Bucket => ({ from: new Date(hour * HOUR).toISOString(), to: new Date((hour + 1) * HOUR).toISOString(), count: 360, ...more });

test('what was counted is added up, what is unknown is not nothing', () => {
  const all = bars([bucket(0, { consumption: 1500 }), bucket(1, { count: 0 }), bucket(2, { consumption: 500 })], 'W.h');
  assert.deepEqual(all.map(b => b.kwh), [1.5, undefined, 0.5]);
  const { total, most, perDay } = sum(all, 12 * HOUR);
  assert.equal(total, 2);
  assert.equal(most?.from, 0);
  assert.equal(perDay, 16);
});

test('a day that is not over counts by its hours', () => {
  assert.equal(sum(bars([{ from: new Date(0).toISOString(), to: new Date(24 * HOUR).toISOString(), count: 9, consumption: 6 }], 'kW.h'), 12 * HOUR).perDay, 12);
});

test('the highest power has its time', () => {
  assert.deepEqual(peakPower({ buckets: [bucket(1, { max: 900 }), bucket(5, { max: 5400 }), bucket(6, {})] }, 'W'), { kw: 5.4, at: 5 * HOUR });
  assert.equal(peakPower({ buckets: [] }, 'W'), undefined);
});

test('meters are registers of energy, with the power beside them', () => {
  const meters = metersOf([
    { id: 'meter', properties: [{ property: 'meter.power', type: 'number', unit: 'kW' }, { property: 'meter.energy', type: 'register', unit: 'kW.h' }, { property: 'meter.gas', type: 'register', unit: 'm3' }] },
    { id: 'hall', properties: [{ property: 'hall.energy', type: 'register', unit: 'kW.h', private: true }] },
  ]);
  assert.deepEqual(meters.map(m => [m.cell.property, m.power?.property]), [['meter.energy', 'meter.power']]);
});

test('an axis ends at a round number above all', () => {
  for (const most of [0.013, 0.95, 1, 3.4, 7, 23.6, 100, 4321]) {
    const { top, step } = niceTop(most);
    assert.ok(top >= most && top < most * 2.1, `${most}: ${top}`);
    assert.ok(Math.abs(top / step - Math.round(top / step)) < 1e-9);
  }
  assert.deepEqual(niceTop(0), { top: 1, step: 0.5 });
});
