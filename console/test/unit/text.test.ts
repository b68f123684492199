import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOnly, diff } from '../../src/main/page/diff';
import { EventText } from '../../src/main/page/sse';
import { append, idsOf, withMachine, withRevision } from '../../src/main/page/yaml';

const FILE = `linkspan: 1
site: riverside_12
revision: 7
connectors:
  - { id: grid_meter, type: dsmr_p1, port: "tcp://127.0.0.1:2001" }
  - id: plant_room
    type: modbus_tcp
    endpoint: "127.0.0.1:5020"
things:
  - id: meter
    connector: grid_meter

  # the boiler's own comment
  - { id: boiler, kind: boiler, connector: plant_room, unit: 1 }
links:
  - id: shed_peak
`;

test('a machine is put at the end of its list, comments and order stay', () => {
  const out = withMachine(FILE, { id: 'pump', title: 'Pump: left', unit: 3, registers: [{ name: 'flow', at: 'input 8 float32', type: 'number', unit: 'm³/h' }], line: { id: 'plant_room' } });
  assert.ok(out.includes(`unit: 1 }
  - id: pump
    title: "Pump: left"
    connector: plant_room
    unit: 3
    properties:
      flow: { type: number, unit: "m³/h", at: "input 8 float32", every: 5s }
links:`));
  for (const line of FILE.trimEnd().split('\n')) assert.ok(out.split('\n').includes(line), line);
});

test('a new line comes with it', () => {
  const out = withMachine(FILE, { id: 'gas', title: '', registers: [], line: { id: 'gas_line', type: 'dsmr_p1', address: 'tcp://10.0.0.5:2001' } });
  assert.ok(out.includes('"127.0.0.1:5020"\n  - { id: gas_line, type: dsmr_p1, port: "tcp://10.0.0.5:2001" }\nthings:'));
});

test('a serial line has its speed', () => {
  const out = withMachine(FILE, { id: 'gas', title: '', registers: [], unit: 7, line: { id: 'bus', type: 'modbus_rtu', address: '/dev/ttyUSB0', baud: 19200, mode: '8E1' } });
  assert.ok(out.includes('- { id: bus, type: modbus_rtu, endpoint: "/dev/ttyUSB0", baud: 19200, mode: 8E1 }'));
});

test('a list that is empty or not there is made', () => {
  assert.equal(append('site: a\nthings: []\n', 'things', ['- id: x']), 'site: a\nthings:\n  - id: x\n');
  assert.equal(append('site: a\n', 'things', ['- id: x']), 'site: a\nthings:\n  - id: x\n');
  assert.equal(append('things:\n- id: a\nlinks: []\n', 'things', ['- id: x']), 'things:\n- id: a\n- id: x\nlinks: []\n');
});

test('a former revision is put back under the running number', () => {
  assert.ok(withRevision(FILE, 9).includes('\nrevision: 9\n'));
});

test('names of a list are found in both forms', () => {
  assert.deepEqual(idsOf(FILE, 'connectors'), [{ id: 'grid_meter', type: 'dsmr_p1' }, { id: 'plant_room', type: 'modbus_tcp' }]);
  assert.deepEqual(idsOf(FILE, 'things').map(t => t.id), ['meter', 'boiler']);
  assert.deepEqual(idsOf(FILE, 'kinds'), []);
});

test('a difference says which lines go and come, and nothing else', () => {
  const lines = diff('a\nb\nc\nd', 'a\nB\nc\nd\ne');
  assert.deepEqual(lines.filter(l => l.kind !== 'same').map(l => `${l.kind} ${l.line} ${l.text}`), ['out 2 b', 'in 2 B', 'in 5 e']);
  assert.deepEqual(lines.filter(l => l.kind !== 'out').map(l => l.text), ['a', 'B', 'c', 'd', 'e']);
  assert.deepEqual(lines.filter(l => l.kind !== 'in').map(l => l.text), ['a', 'b', 'c', 'd']);
});

test('a long file shows only what is near a change', () => {
  const before = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');
  const shown = changesOnly(diff(before, before.replace('line 50', 'other')));
  assert.equal(shown.filter(l => l?.kind === 'same').length, 4);
  assert.equal(shown.filter(l => l?.kind === 'in').length, 1);
});

test('events come whole, however they are cut', () => {
  const wire = ': here\n\nevent: cells\ndata: {"a":1,\ndata: "b":2}\n\nevent: site\r\ndata: {}\r\n\r\n';
  for (let cut = 1; cut < wire.length; cut++) {
    const text = new EventText();
    const events = [...text.take(wire.slice(0, cut)), ...text.take(wire.slice(cut))];
    assert.deepEqual(events, [{ event: 'cells', data: '{"a":1,\n"b":2}' }, { event: 'site', data: '{}' }], `cut at ${cut}`);
  }
});
