import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bucket, EnergyLink, EnergyRow } from '../../src/main/page/api';
import { bars, change, metersOf, niceTop, partNames, peakPower, savedBy, stacks, sum } from '../../src/main/page/energy';

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

const row = (hour: number, parts: EnergyRow['parts'], total: number): EnergyRow => ({
  from: new Date(hour * HOUR).toISOString(), to: new Date((hour + 1) * HOUR).toISOString(), import_kwh: parts.reduce((a, p) => a + p.kwh, 0), export_kwh: 0,
  cost: { energy: total, export: 0, standing: 0, capacity: 0, total }, parts,
});

test('prices stand on each other, each in its own place in every bar', () => {
  const rows = [row(0, [{ name: 'night', kwh: 2, cost: 0.5 }], 0.5), row(1, [{ name: 'day', kwh: 1, cost: 0.4 }, { name: 'night', kwh: 3, cost: 0.75 }], 1.15), row(2, [], 0)];
  const names = partNames(rows);
  assert.deepEqual(names, ['night', 'day']);
  const all = stacks(rows, names);
  assert.deepEqual(all[1]!.parts, [{ name: 'night', kwh: 3, below: 0 }, { name: 'day', kwh: 1, below: 3 }]);
  assert.deepEqual(all.map(s => s.known), [true, true, false]);
});

test('nothing before is no change', () => {
  assert.equal(change(3, undefined), undefined);
  assert.equal(change(3, 0), undefined);
  assert.equal(change(3, 2), 0.5);
});

test('what a link saved is told from the least to the most', () => {
  const link: EnergyLink = { id: 'shed', to: 'boiler.on', tariffs: [{ id: 'a', energy_saved: 0.2, months: [
    { month: '2026-05', peak_kw: 3, without_kw: 4, without_least_kw: 3.5, capacity_saved: 4, capacity_saved_least: 2 },
    { month: '2026-06', peak_kw: 4, without_kw: 5, without_least_kw: 4.1, capacity_saved: 4, capacity_saved_least: 1 }] }] };
  assert.deepEqual(savedBy(link, { id: 'a' }), { energy: 0.2, capacity: [3, 8], peak: { with: 4, least: 4.1, most: 5 } });
  assert.equal(savedBy(link, { id: 'b' }), undefined);
  assert.equal(savedBy({ id: 'x', to: 'y.z', unknown: 'why' }, { id: 'a' }), undefined);
});
