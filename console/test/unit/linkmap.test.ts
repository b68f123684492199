import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Link } from '../../src/main/page/api';
import { layOut, sourcesOf, type LinkLayout } from '../../src/main/page/linkmap';

const link = (id: string, from: string | undefined, to: string, does = 'passes it on'): Link => ({ id, to, does, priority: 'operate', ...(from ? { from } : {}) });
const known = new Set(['meter.power', 'boiler.on', 'boiler.temperature', 'roof.power', 'car.limit']);
const overlaps = ({ places }: LinkLayout) => places.flatMap((a, i) => places.slice(i + 1).filter(b => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height).map(b => [a.thing, b.thing]));

test('what is looked at stands left of what is switched, and nothing covers another', () => {
  const layout = layOut([link('a', 'meter.power', 'boiler.on'), link('b', 'roof.power', 'car.limit'), link('c', 'meter.power', 'car.limit')], known, 900);
  const x = (thing: string) => layout.places.find(p => p.thing === thing)!.x;
  assert.ok(x('meter') < x('boiler') && x('roof') < x('car'));
  assert.deepEqual(overlaps(layout), []);
  assert.equal(layout.lines.length, 3);
  for (const place of layout.places) assert.ok(place.x >= 0 && place.x + place.width <= 900 && place.y >= 0 && place.y + place.height <= layout.height, place.thing);
});

test('an expression’s sources are the known paths that it names', () => {
  assert.deepEqual(sourcesOf(link('x', undefined, 'boiler.on', 'while boiler.temperature > 75.0 and unknown.thing, not on'), known), ['boiler.temperature']);
  assert.deepEqual(sourcesOf(link('x', 'meter.power', 'boiler.on', 'roof.power'), known), ['meter.power']);
});

test('a machine that switches itself bends round within the picture', () => {
  const layout = layOut([link('m', 'meter.power', 'boiler.on'), link('x', 'boiler.temperature', 'boiler.on')], known, 700);
  const loop = layout.lines.find(l => l.link.id === 'x')!;
  assert.equal(loop.from.x, loop.to.x);
  assert.ok(loop.middle.x > loop.from.x && loop.middle.x <= 700);
});

test('two machines that switch each other end', () => {
  const layout = layOut([link('a', 'meter.power', 'boiler.on'), link('b', 'boiler.temperature', 'meter.power')], known, 800);
  assert.equal(layout.places.length, 2);
  assert.deepEqual(overlaps(layout), []);
});

test('two hundred links stay apart', () => {
  const many = Array.from({ length: 200 }, (_, i) => link(`l${i}`, `s${i % 40}.v${i % 3}`, `t${i % 60}.v${i % 2}`));
  const layout = layOut(many, new Set(), 1200);
  assert.deepEqual(overlaps(layout), []);
  assert.equal(layout.lines.length, 200);
});
