import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell, Plans, Thing } from '../../src/main/page/api';
import { kept, livePosition, mainOf, NO_MOVES, placeText, spotsOn, worstOf } from '../../src/main/page/plan';
import { nameFrom, withField, withPlan } from '../../src/main/page/yaml';

const thing = (id: string, ...properties: Partial<Cell>[]): Thing => ({ id, properties: properties.map((p, i) => ({ property: `${id}.p${i}`, type: 'number', ...p })) });
const plans: Plans = {
  revision: 3, plans: [{ id: 'ground', title: 'Ground', image: 'a' }, { id: 'first', title: 'First', image: 'b' }],
  places: [{ thing: 'boiler', plan: 'ground', x: 0.2, y: 0.4 }, { thing: 'pump', plan: 'first', x: 0.5, y: 0.5 }],
  positions: [{ thing: 'van', latitude: 51, longitude: 3.7 }, { thing: 'shed', latitude: 50, longitude: 4 }],
};
const cells = (...all: Cell[]) => new Map(all.map(c => [c.property, c]));

test('who stands on a plan: as the file says, and as was moved since', () => {
  const things = [thing('boiler', {}), thing('pump', {}), thing('van', {})];
  const on = (moves = NO_MOVES) => spotsOn({ kind: 'plan', id: 'ground' }, plans, moves, things, cells()).map(s => [s.thing.id, ...s.at]);
  assert.deepEqual(on(), [['boiler', 0.2, 0.4]]);
  assert.deepEqual(on({ places: { boiler: null, pump: { plan: 'ground', at: [0.1, 0.9] } }, positions: {} }), [['pump', 0.1, 0.9]]);
  assert.deepEqual(on({ places: { boiler: { plan: 'first', at: [0, 0] } }, positions: {} }), []);
});

test('a machine that says where it is stands there, on the map alone', () => {
  const things = [thing('van', { type: 'position' }), thing('shed', {}), thing('boiler', {})];
  const said = cells({ property: 'van.p0', type: 'position', value: '52.5,4.25,12.0' });
  assert.deepEqual(spotsOn({ kind: 'map' }, plans, NO_MOVES, things, said).map(s => [s.thing.id, ...s.at, s.live]), [['van', 52.5, 4.25, true], ['shed', 50, 4, false]]);
  assert.deepEqual(spotsOn({ kind: 'map' }, plans, NO_MOVES, things, cells()).map(s => [s.thing.id, s.live]), [['van', false], ['shed', false]]);
  for (const value of ['', 'nowhere', '99,200', null]) assert.equal(livePosition(things[0]!, cells({ property: 'van.p0', type: 'position', value })), undefined);
  assert.equal(livePosition(thing('x', { type: 'position', private: true }), cells({ property: 'x.p0', type: 'position', value: '1,1' })), undefined);
});

test('the value beside a machine is its first one that is shown', () => {
  assert.equal(mainOf(thing('a', { private: true }, { type: 'position' }, { type: 'flag' }, {}))?.property, 'a.p2');
  assert.equal(mainOf(thing('a', { private: true }))?.property, 'a.p0');
  assert.equal(mainOf(thing('a')), undefined);
});

test('the worst of a machine is what is said of it', () => {
  const boiler = thing('boiler', {}, { writable: true });
  const well = cells(...boiler.properties);
  assert.equal(worstOf(boiler, well), undefined);
  assert.equal(worstOf(boiler, cells({ ...boiler.properties[0]!, missing_since: '2026-06-17T15:00:00Z' }, { ...boiler.properties[1]!, write: 'refused' }))?.kind, 'write');
});

test('a place stays on the picture, a position on earth', () => {
  assert.deepEqual(kept({ kind: 'plan', id: 'a' }, [-0.2, 0.123456]), [0, 0.123]);
  assert.deepEqual(kept({ kind: 'plan', id: 'a' }, [1.5, 1]), [1, 1]);
  assert.deepEqual(kept({ kind: 'map' }, [95, 190]), [90, -170]);
  assert.deepEqual(kept({ kind: 'map' }, [51.0123456, -180]), [51.01235, -180]);
  assert.equal(placeText('ground', [0.31, 0.62]), '{ plan: ground, x: 0.31, y: 0.62 }');
});

const FILE = `linkspan: 1
site: a
things:
  # the meter
  - id: meter
    title: Main meter   # with a word
    connector: p1
    properties:
      power: { type: number, at: "id: boiler" }
  - { id: roof, title: "Sun, and { more", unit: 1 }

  - title: Boiler
    id: boiler
    place:
      plan: old
      x: 0.1
      y: 0.2
    connector: plant
  - { id: car, place: { plan: old, x: 0, y: 1 },
      unit: 3 }
links:
  - { id: meter, to: boiler.on }
`;

test('a field of one machine is put in, changed and taken out; all else stays as it was', () => {
  const diffOf = (after: string | undefined) => after?.split('\n').filter(l => !FILE.split('\n').includes(l));
  const P = '{ plan: g, x: 0.5, y: 0.5 }';
  assert.deepEqual(diffOf(withField(FILE, 'meter', 'place', P)), [`    place: ${P}`]);
  assert.match(withField(FILE, 'meter', 'place', P)!, /title: Main meter {3}# with a word\n {4}place: .*\n {4}connector/);
  assert.deepEqual(diffOf(withField(FILE, 'roof', 'place', P)), [`  - { id: roof, title: "Sun, and { more", unit: 1, place: ${P} }`]);
  assert.match(withField(FILE, 'boiler', 'place', P)!, /id: boiler\n {4}place: \{ plan: g, x: 0.5, y: 0.5 \}\n {4}connector: plant/);
  assert.match(withField(FILE, 'boiler', 'place', undefined)!, /id: boiler\n {4}connector: plant/);
  assert.match(withField(FILE, 'car', 'place', P)!, /\{ id: car, place: \{ plan: g, x: 0.5, y: 0.5 \},\n {6}unit: 3 \}/);
  assert.match(withField(FILE, 'car', 'place', undefined)!, /\{ id: car,\n {6}unit: 3 \}/);
  assert.equal(withField(FILE, 'roof', 'place', undefined), FILE);
  assert.equal(withField(FILE, 'meter', 'place', undefined), FILE);
});

test('putting a field in and taking it out again gives the same text', () => {
  for (const id of ['meter', 'roof']) {
    const there = withField(FILE, id, 'position', '[51.05, 3.72]')!;
    assert.notEqual(there, FILE);
    assert.equal(withField(there, id, 'position', undefined), FILE);
  }
});

test('what is written in another way is left alone', () => {
  assert.equal(withField(FILE, 'nobody', 'place', 'x'), undefined);
  assert.equal(withField('things: [ { id: a } ]\n', 'a', 'place', 'x'), undefined);
  assert.equal(withField('linkspan: 1\n', 'a', 'place', 'x'), undefined);
});

test('a plan is added to their list, under a name that is free', () => {
  assert.match(withPlan(FILE, { id: 'attic', title: 'Attic, left', image: 'attic' }), /\nplans:\n {2}- \{ id: attic, title: "Attic, left", image: attic \}\n$/);
  const two = withPlan(withPlan('site: a\nplans:\n- { id: g, image: g }\nthings:\n', { id: 'a', title: 'A', image: 'a' }), { id: 'b', title: 'B', image: 'b' });
  assert.equal(two, 'site: a\nplans:\n- { id: g, image: g }\n- { id: a, title: A, image: a }\n- { id: b, title: B, image: b }\nthings:\n');
  assert.equal(nameFrom('Eerste verdieping (één)', new Set()), 'eerste_verdieping_e_e_n');
  assert.equal(nameFrom('Attic', new Set(['attic', 'attic_2'])), 'attic_3');
  assert.equal(nameFrom('123', new Set()), 'plan');
});
