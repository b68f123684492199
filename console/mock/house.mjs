// A house with life in it, for developing and testing the page without Linkspan: every value is a function of time, so that a year of
// history needs no store, and the same moment always gives the same number.

// A number in 0..1 that belongs to this seed and index: Mulberry32, public domain.
function chance(seed, index) {
  let t = (seed * 0x9e3779b1 + index * 0x85ebca6b) >>> 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

// Noise that moves smoothly from one number to the next, one each `period` seconds.
function wander(seed, seconds, period) {
  const at = seconds / period, i = Math.floor(at), f = at - i, s = f * f * (3 - 2 * f);
  return chance(seed, i) * (1 - s) + chance(seed, i + 1) * s;
}

const DAY = 86_400;
const dayShare = s => ((s + 7200) % DAY) / DAY; // the mock's zone is two hours ahead, all year
const season = s => Math.cos(((s / DAY - 196) / 365.25) * 2 * Math.PI); // 1 in mid July
const bump = (x, at, width) => Math.exp(-(((x - at) / width) ** 2));

function sun(s) {
  const d = dayShare(s), half = 0.17 + 0.08 * season(s);
  const up = Math.cos(((d - 0.55) / half) * (Math.PI / 2));
  if (Math.abs(d - 0.55) > half) return 0;
  return Math.max(0, 4.6 * (0.62 + 0.38 * season(s)) * up * (0.35 + 0.65 * wander(11, s, 1400)) * (0.8 + 0.2 * wander(12, s, 60)));
}
const house = s => 0.35 + 0.5 * wander(1, s, 900) + 1.7 * bump(dayShare(s), 0.32, 0.04) * wander(2, s, 3600) + 2.4 * bump(dayShare(s), 0.79, 0.07) * (0.4 + wander(3, s, 2400)) + (chance(4, Math.floor(s / 600)) > 0.86 ? 1.9 : 0) + 0.06 * wander(5, s, 7);
const car = s => (dayShare(s) > 0.02 && dayShare(s) < 0.22 && chance(21, Math.floor((s + 7200) / DAY)) > 0.35 ? 6 + 10 * (wander(22, s, 3000) > 0.45) : 0);
const boilerOn = s => house(s) + (car(s) * 0.23) < 3.2 && (dayShare(s) < 0.3 || wander(31, s, 5400) > 0.4);
const power = s => house(s) + car(s) * 0.23 + (boilerOn(s) ? 2.5 : 0) - sun(s);

// The integral of a power over days, from an average per day and the hours of the day that runs: exact enough for a picture.
function counter(start, perDay, share) {
  const EPOCH = Date.UTC(2025, 0, 1) / 1000 - 7200;
  return s => {
    const days = (s - EPOCH) / DAY, whole = Math.floor(days);
    let sum = start;
    for (let d = 0; d < whole; d++) sum += perDay(EPOCH + d * DAY);
    return sum + perDay(EPOCH + whole * DAY) * share(days - whole, EPOCH + whole * DAY);
  };
}
const even = x => x;
const usedShare = x => 0.55 * x + 0.15 / (1 + Math.exp(-(x - 0.33) * 40)) + 0.3 / (1 + Math.exp(-(x - 0.79) * 28));
const sunShare = x => 1 / (1 + Math.exp(-(x - 0.55) * 14));
const used = counter(8_412.6, s => 9 + 6 * chance(41, Math.round(s / DAY)) + 5 * (1 - season(s)), usedShare);
const made = counter(3_120.2, s => (13 + 10 * season(s)) * (0.35 + 0.65 * chance(42, Math.round(s / DAY))), sunShare);
const round = (value, step) => Number((Math.round(value / step) * step).toFixed(6));

const number = (path, title, unit, step, every, at, more = {}) => ({ path, title, type: 'number', unit, step, every, at: s => round(at(s), step), ...more });

/** The machines: what each has, and how a value of any moment is known. */
export const things = [
  { id: 'meter', title: 'Main electricity meter', connector: 'grid_meter', properties: [
    number('meter.power', 'Power', 'kW', 0.001, 10, power),
    number('meter.voltage', 'Voltage', 'V', 0.1, 10, s => 231 + 4 * wander(6, s, 300) - 0.8 * power(s)),
    { path: 'meter.energy_import', title: 'Energy taken', type: 'register', unit: 'kW.h', step: 0.001, every: 10, at: s => round(used(s), 0.001) },
  ] },
  { id: 'roof', title: 'Solar panels', connector: 'inverter', properties: [
    number('roof.power', 'Power', 'kW', 0.001, 10, sun),
    { path: 'roof.energy', title: 'Energy made', type: 'register', unit: 'kW.h', step: 0.01, every: 10, at: s => round(made(s), 0.01) },
    { path: 'roof.state', title: 'State', type: 'choice', choices: ['asleep', 'feeding', 'limited'], every: 10, at: s => sun(s) <= 0.01 ? 'asleep' : sun(s) > 4.2 ? 'limited' : 'feeding' },
  ] },
  { id: 'boiler', title: 'Boiler', kind: 'boiler', connector: 'plant_room', properties: [
    { path: 'boiler.on', title: 'Heating', type: 'flag', writable: true, every: 10, fallback: true, at: boilerOn },
    number('boiler.temperature', 'Temperature', 'Cel', 0.1, 10, s => 56 + 9 * wander(32, s, 7200) + (boilerOn(s) ? 1.2 : 0), { range: [-40, 120] }),
  ] },
  { id: 'heat_pump', title: 'Heat pump', connector: 'plant_room', actions: [{ name: 'defrost', title: 'Defrost now' }], properties: [
    { path: 'heat_pump.set_point', title: 'Warm to', type: 'number', unit: 'Cel', step: 0.5, every: 30, writable: true, range: [16, 24], fallback: 19.5, at: s => dayShare(s) > 0.27 && dayShare(s) < 0.92 ? 20.5 : 18.5 },
    { path: 'heat_pump.mode', title: 'Mode', type: 'choice', choices: ['eco', 'comfort', 'away'], every: 30, writable: true, fallback: 'eco', at: s => dayShare(s) > 0.7 ? 'comfort' : 'eco' },
    number('heat_pump.outside', 'Outside', 'Cel', 0.1, 30, s => 10 + 8 * season(s) + 5 * Math.sin((dayShare(s) - 0.37) * 2 * Math.PI) + 3 * wander(51, s, 20_000)),
  ] },
  { id: 'car', title: 'Car charger', connector: 'plant_room', properties: [
    { path: 'car.limit', title: 'Charge with at most', type: 'number', unit: 'A', step: 1, every: 10, writable: true, range: [0, 32], fallback: 16, at: s => car(s) > 0 ? Math.round(car(s)) : 16 },
    { path: 'car.state', title: 'State', type: 'choice', choices: ['away', 'waiting', 'charging'], every: 10, at: s => car(s) > 0 ? 'charging' : dayShare(s) < 0.3 || dayShare(s) > 0.75 ? 'waiting' : 'away' },
  ] },
  { id: 'hall', title: 'Hall', connector: 'hall_bus', properties: [
    { path: 'hall.motion', title: 'Somebody there', type: 'flag', private: true, every: 10, at: () => false },
    { path: 'hall.light', title: 'Light', type: 'flag', private: true, writable: true, every: 10, at: () => false },
  ] },
  { id: 'cellar', title: 'Cold store', connector: 'cellar_bus', properties: [
    number('cellar.temperature', 'Temperature', 'Cel', 0.1, 10, s => 3.4 + 1.6 * wander(61, s, 1800)),
    { path: 'cellar.door', title: 'Door open', type: 'flag', every: 10, at: s => chance(62, Math.floor(s / 240)) > 0.93 },
    number('cellar.humidity', 'Humidity', '%', 1, 10, s => 61 + 14 * wander(63, s, 4000)),
  ] },
];

/** Every property by its path. */
export const properties = new Map(things.flatMap(t => t.properties.map(p => [p.path, { ...p, thing: t }])));

/** Links between them. */
export const links = [
  { id: 'shed_peak', title: 'Shed the peak', from: 'meter.power', to: 'boiler.on', does: 'above 5 kW holds off, below 2.5 kW lets go', priority: 'economy', private: false, silent: 'silent for 60s: holds off for at most 2h', version: 1 },
  { id: 'overheat', to: 'boiler.on', does: 'while boiler.temperature > 75.0, not on', priority: 'protect', private: false, silent: 'silent for 60s: holds for at most 2h', version: 1 },
  { id: 'surplus_to_car', from: 'roof.power', to: 'car.limit', does: 'follows the sun: 4.35 A for each kW', priority: 'comfort', private: false, silent: 'silent for 60s: lets go', version: 2 },
  { id: 'grid_limit', from: 'meter.power', to: 'car.limit', does: 'bounds it to what the fuse leaves', priority: 'protect', private: false, silent: 'silent for 60s: holds 6 A for at most 24h', version: 1 },
  { id: 'hall_light', from: 'hall.motion', to: 'hall.light', does: 'passes it on', priority: 'operate', private: true, silent: 'silent for 10min: lets go', version: 1 },
];

/** What is missing of a property between two moments, in seconds: five minutes a day of the meter's line, and an hour now and then. */
export function missing(path, from, to) {
  const thing = properties.get(path)?.thing.connector;
  const found = [];
  for (let day = Math.floor((from + 7200) / DAY) - 1; day <= Math.floor((to + 7200) / DAY); day++) {
    const midnight = day * DAY - 7200;
    if (thing === 'grid_meter' && chance(77, day) > 0.4) found.push({ from: midnight + 14 * 3600 + 127, to: midnight + 14 * 3600 + 431, cause: 'wrong CRC' });
    if (thing === 'plant_room' && chance(72, day) > 0.8) found.push({ from: midnight + 9 * 3600, to: midnight + 10 * 3600 + 1200, cause: 'no answer' });
  }
  return found.filter(m => m.to > from && m.from < to);
}

/** How far a reading is trusted. */
export function quality(path, s) {
  if (path === 'cellar.temperature' && chance(73, Math.floor(s / 3600)) > 0.9 && s % 3600 < 900) return 'uncertain';
  if (path === 'meter.voltage' && chance(74, Math.floor(s / 7200)) > 0.93 && s % 7200 < 600) return 'bad';
  return 'good';
}

export const siteFile = `linkspan: 1
site: riverside_12
revision: 7
title: House by the river
zone: Europe/Brussels
armed: true
connectors:
  - { id: grid_meter, type: dsmr_p1, port: "tcp://127.0.0.1:2001" }
  - { id: plant_room, type: modbus_tcp, endpoint: "127.0.0.1:5020" }
  - { id: inverter, type: modbus_tcp, endpoint: "127.0.0.1:5021" }
  - { id: cellar_bus, type: modbus_rtu, endpoint: /dev/ttyUSB0, baud: 9600, mode: 8N1 }
  - { id: hall_bus, type: modbus_rtu, endpoint: /dev/ttyUSB1, baud: 9600, mode: 8N1 }
kinds:
  - id: boiler
    properties:
      on: { type: flag, writable: true, at: "coil 0", fallback: true, minimum-off: 10min, minimum-on: 5min,
            without-us: { watchdog: "holding 10", every: 5s } }
      temperature: { type: number, unit: Cel, step: 0.1, at: "input 4 int16 x0.1", every: 1s, range: [-40, 120] }
plans:
  - { id: ground_floor, title: Ground floor, image: ground_floor }
things:
  - id: meter
    title: Main electricity meter
    place: { plan: ground_floor, x: 0.47, y: 0.89 }
    position: [51.0538, 3.7250]
    connector: grid_meter
    properties:
      power: { type: number, unit: kW, at: "1-0:1.7.0" }
      voltage: { type: number, unit: V, at: "1-0:32.7.0" }
      energy_import: { type: register, unit: kWh, at: "1-0:1.8.1" }
  - { id: roof, title: Solar panels, profile: sunspec_inverter, connector: inverter, unit: 1, place: { plan: ground_floor, x: 0.1, y: 0.31 } }
  - { id: boiler, kind: boiler, connector: plant_room, unit: 1, place: { plan: ground_floor, x: 0.92, y: 0.13 } }
  - { id: heat_pump, title: Heat pump, connector: plant_room, unit: 2, place: { plan: ground_floor, x: 0.787, y: 0.49 } }
  - { id: hall, connector: hall_bus, unit: 4, place: { plan: ground_floor, x: 0.535, y: 0.68 } }
  - { id: cellar, title: Cold store, connector: cellar_bus, unit: 5, place: { plan: ground_floor, x: 0.5, y: 0.31 }, position: [50.8798, 4.7005] }
  - { id: car, title: Car charger, connector: plant_room, unit: 6 }
links:
  - id: shed_peak
    from: meter.power
    to: boiler.on
    priority: economy
    value: false                 # above 5 kW it holds "off", below 2.5 kW it lets go
    off-above: 5.0
    on-below: 2.5
    own-power: 2.5
    silent: { after: 60s, then: hold, at-most: 2h }
  - id: overheat
    to: boiler.on
    when: "boiler.temperature > 75.0"
    forbid: true
    silent: { after: 60s, then: hold, at-most: 2h }
`;
