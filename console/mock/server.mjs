// The HTTP API under /v1 as the page uses it, over the house. Plain Node; state in memory; a site of its own for each server, so that
// tests do not see each other. `/mock/...` plays what machines do: a line that is cut, a board that is worked by hand.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import { links, missing, properties, quality, siteFile, things } from './house.mjs';

const SITE = 'riverside_12';
const ROLES = ['viewer', 'operator', 'installer', 'owner'];
const PRIORITIES = ['protect', 'manual', 'operate', 'comfort', 'economy', 'suggest'];
const PAGE_POINTS_MAX = 20_000;
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json' };
const EVERY_S = { minute: 60, quarter: 900, hour: 3600, day: 86_400 };
const UNITS = { Cel: '°C', 'kW.h': 'kWh' };

class Problem extends Error {
  constructor(status, title, detail, more = {}) { super(detail); Object.assign(this, { status, title, more }); }
}
const iso = seconds => new Date(seconds * 1000).toISOString();
const duration = text => {
  const units = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 };
  let sum = 0;
  for (const [, n, u] of String(text).matchAll(/([\d.]+)(ms|min|s|h|d)/g)) sum += Number(n) * units[u];
  return sum;
};

/**
 * @param {object} options `dist`: the folder of the built page; `now`: the moment at which its clock starts (ISO 8601), else the real one;
 *   `accounts`: whether there is one already; `tick`: milliseconds between two changes; `van`: whether a machine moves about
 */
export async function start({ dist, now, accounts = true, port = 0, tick = 500, extraProperties = 0, tariff = true, van = false } = {}) {
  const began = Date.now();
  const first = now ? Date.parse(now) : began;
  const clock = () => (first + Date.now() - began) / 1000;
  const state = {
    pictures: new Map(),
    code: 'LINK-4711-SPAN', sessions: new Map(), accounts: new Map(), tokens: [], applications: [], failures: 0,
    armed: true, revision: 7, yaml: siteFile, revisions: [{ revision: 7, position: '430113', time: iso(first / 1000 - 52_000), by: 'anna', yaml: siteFile }, { revision: 6, position: '401002', time: iso(first / 1000 - 700_000), by: 'anna', yaml: siteFile.replace('off-above: 5.0', 'off-above: 6.0').replace('revision: 7', 'revision: 6') }], position: 482_113, cuts: new Map(), holds: new Map(), out: new Map(), written: new Map(), added: [],
    found: [{ connector: 'cellar_bus', what: 'Modbus device, unit 7', settings: { type: 'modbus_rtu', endpoint: '/dev/ttyUSB0', baud: '9600', mode: '8N1', unit: '7' }, first: iso(first / 1000 - 3600), last: iso(first / 1000 - 60) }], log: [], streams: new Set(), slow: 0, offline: false, refuses: new Set(),
  };
  if (accounts) state.accounts.set('anna', { name: 'anna', password: 'a quiet river', role: 'owner', created: '2026-01-04T09:12:00Z', language: undefined });
  if (accounts) state.accounts.set('bert', { name: 'bert', password: 'only looking', role: 'viewer', created: '2026-02-11T18:40:00Z' });

  const MODES = ['home', 'away'];
  Object.assign(state, { mode: 'home', rules: [
    { id: 'warm_water', title: 'Warm water', kind: 'rule', sentence: 'when boiler.temperature < 50 && !cellar.door for 10min: hold boiler.on at on, and 15min longer', priority: 'comfort', version: 1, when: 'boiler.temperature < 50 && !cellar.door', until: 'boiler.temperature > 60', for: '10min', works: ['boiler.on'], then: [{ do: 'hold', text: 'hold boiler.on at on', property: 'boiler.on', value: true, asks: 'on', linger: '15min' }] },
    { id: 'living_room', title: 'Heating by the day', kind: 'schedule', sentence: 'by the clock, heat_pump.set_point is held at 20.5 °C from 06:30', priority: 'comfort', version: 1, works: ['heat_pump.set_point'], points: [{ at: '06:30 mon-fri', value: 20.5, shown: '20.5 °C' }, { at: '22:30', value: 17, shown: '17 °C' }] },
    { id: 'nobody_home', kind: 'rule', sentence: 'In mode away: when cellar.door: tell "The cold store is open"', priority: 'comfort', version: 1, modes: ['away'], when: 'cellar.door', works: [], then: [{ do: 'tell', text: 'tell "The cold store is open"', severity: 'high', says: 'The cold store is open' }] },
  ] });

  const local = seconds => new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Brussels', hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(seconds * 1000);
  const note = (by, ...text) => { const position = String(++state.position); state.log.unshift({ position, time: iso(clock()), by, text }); return position; };
  const allThings = () => [...things, ...state.added];
  const property = path => properties.get(path) ?? state.added.flatMap(t => t.properties.map(p => ({ ...p, thing: t }))).find(p => p.path === path);
  const must = path => { const found = property(path); if (!found) throw new Problem(404, 'Not found', `Site ${SITE} has no property "${path}"; see /v1/sites/${SITE}/things`); return found; };
  const show = (p, value) => {
    if (typeof value === 'boolean') return value ? 'on' : 'off';
    const text = typeof value === 'number' ? String(value) : value;
    const unit = UNITS[p.unit] ?? p.unit;
    return unit ? `${text} ${unit}` : text;
  };

  // ---- who is in charge

  const holder = h => `${h.who} (${h.priority})${h.until ? ` until ${local(h.until)}` : ''}`;
  function holdsOf(path) {
    const at = clock();
    const own = (state.holds.get(path) ?? []).filter(h => !h.until || h.until > at);
    const all = [...own];
    if (path === 'boiler.on' && properties.get('meter.power').at(at) > 2.5) all.push({ who: 'shed_peak', priority: 'economy', value: false, wish: 'off', link: true });
    if (path === 'car.limit') {
      all.push({ who: 'surplus_to_car', priority: 'comfort', value: Math.max(6, Math.round(properties.get('roof.power').at(at) * 4.35)), link: true });
      all.push({ who: 'grid_limit', priority: 'protect', bound: 25, wish: 'at most 25 A', link: true });
    }
    return all.sort((a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority));
  }
  function duty(p) {
    const holds = holdsOf(p.path);
    const first = holds.find(h => h.value !== undefined);
    const bound = holds.find(h => h.bound !== undefined);
    let value = first ? first.value : p.fallback ?? p.at(clock());
    if (bound && typeof value === 'number' && value > bound.bound) value = bound.bound;
    return { holds, first, value };
  }

  function cell(path) {
    const p = must(path), at = clock();
    const out = { property: path, title: p.title, type: p.type, writable: !!p.writable };
    if (p.unit) out.unit = p.unit;
    if (p.private) return { ...out, private: true };
    const cut = state.cuts.get(p.thing.connector);
    const read = cut ?? Math.floor(at / (p.every > 10 ? 5 : 1)) * (p.every > 10 ? 5 : 1);
    if (!p.never) {
      const value = p.writable ? (state.written.get(path) ?? duty(p).value) : p.at(read);
      Object.assign(out, { value, shown: show(p, value), quality: quality(path, read), received: iso(read), age_ms: Math.round((at - read) * 1000) });
    }
    if (cut) Object.assign(out, { missing_since: iso(cut), missing_cause: 'connection refused', missing: `missing since ${local(cut)} (connection refused)` });
    if (p.writable) {
      const { holds, first, value } = duty(p);
      const reason = state.out.get(p.thing.id);
      Object.assign(out, {
        desired: value, in_charge: reason !== undefined ? `nobody: out of service (${reason})` : first ? holder(first) : 'nobody: its fallback',
        write: reason !== undefined ? 'idle' : cut ? 'unreachable' : state.refuses.has(path) ? 'refused' : 'settled',
        holds: holds.map(h => ({ who: holder(h), priority: h.priority, wish: h.wish ?? show(p, h.value) })),
        why: reason !== undefined ? `Never written until it is given back: ${reason}.` : first ? (first.link ? (first.who === 'shed_peak' ? `Held off (economy): meter.power without its own draw went above 5 kW, until it is below 2.5 kW.` : `Held ${show(p, value)} (comfort): it follows roof.power.`) : `Asked to be ${show(p, value)} (${first.priority}).`) : `Nobody wishes anything else, so it is ${show(p, value)}.`,
      });
      if (reason !== undefined) out.out_of_service = reason;
    }
    out.at = String(state.position);
    return out;
  }
  const thing = t => ({ id: t.id, title: t.title, ...(t.kind ? { kind: t.kind } : {}), connector: t.connector, properties: t.properties.map(p => cell(p.path)), actions: t.actions ?? [] });
  const connectors = () => ['grid_meter', 'plant_room', 'inverter', 'cellar_bus', 'hall_bus', ...state.added.map(t => t.connector)].filter((c, i, all) => all.indexOf(c) === i).map((name, i) => {
    const cut = state.cuts.get(name);
    const base = { connector: name, up: !cut, since: iso(cut ?? first / 1000 - 93_000 - i * 4000), frames: 91_240 + i * 1311, readings: 312_400 + i * 911, gaps: 3 + i, commands: i === 1 ? 42 : 0, reconnects: i % 3, dropped: 0 };
    return cut ? { ...base, last_error: 'connection refused' } : base;
  });
  const summary = () => ({ name: SITE, title: 'House by the river', id: '5f0c2b9e7d1a4c3e8b6f90a1d2e3f405', zone: 'Europe/Brussels', armed: state.armed, revision: state.revision, position: String(state.position), things: allThings().length, properties: allThings().flatMap(t => t.properties).length, links: links.length });
  const linkNow = l => {
    if (l.private) { const { does: _, ...rest } = l; return { ...rest, does: 'a private link', active: true }; }
    const wish = holdsOf(l.to).find(h => h.who === l.id);
    return { ...l, active: !!wish, ...(wish ? { wish: wish.wish ?? show(property(l.to), wish.value) } : {}) };
  };

  // ---- history

  const start_ = () => Math.floor(first / 1000) - 366 * 86_400;
  function missingOf(p, from, to) {
    const cut = state.cuts.get(p.thing.connector);
    const found = missing(p.path, from, to).map(m => ({ from: iso(m.from), to: iso(m.to), cause: m.cause }));
    const ended = (state.healed ?? []).filter(h => h.connector === p.thing.connector && h.to > from && h.from < to).map(h => ({ from: iso(h.from), to: iso(h.to), cause: 'connection refused' }));
    return [...found, ...ended, ...(cut && cut < to ? [{ from: iso(cut), cause: 'connection refused' }] : [])];
  }
  function history(path, query) {
    const p = must(path);
    if (p.private) throw new Problem(403, 'Private', `${path} belongs to a private link; nobody is shown its values`);
    const at = clock();
    const from = query.get('from') ? Date.parse(query.get('from')) / 1000 : at - 86_400;
    const to = Math.min(at, query.get('to') ? Date.parse(query.get('to')) / 1000 : at);
    const gaps = missingOf(p, from, to);
    const inGap = s => gaps.some(g => s >= Date.parse(g.from) / 1000 && (!g.to || s < Date.parse(g.to) / 1000));
    const base = { property: path, ...(p.unit ? { unit: p.unit } : {}), from: iso(from), to: iso(to), complete_to: iso(state.cuts.get(p.thing.connector) ?? at), missing: gaps };
    const begin = Math.max(from, start_());
    const every = query.get('every');
    if (every) return { ...base, ...bucketed(p, begin, to, every, inGap, query.get('after')) };
    const columns = Number(query.get('columns') ?? 0);
    const points = [];
    const step = Math.max(p.every, columns ? ((to - begin) / columns) / 3 : p.every);
    for (let s = Math.ceil(begin / p.every) * p.every; s <= to && points.length < PAGE_POINTS_MAX; s += Math.max(p.every, Math.round(step / p.every) * p.every))
      if (!inGap(s)) points.push([iso(s), value(p, s), quality(path, s)]);
    return { ...base, points };
  }
  const value = (p, s) => p.type === 'register' ? String(p.at(s)) : p.at(s);
  function bucketed(p, from, to, every, inGap, after) {
    const size = EVERY_S[every];
    if (!size) throw new Problem(400, 'Bad request', `every is minute, quarter, hour or day, not "${every}"`);
    const buckets = [];
    let at = after ? Number(after) : Math.floor((from + 7200) / size) * size - 7200;
    for (; at < to && buckets.length < 5_000; at += size) {
      const samples = [];
      for (let i = 0; i < 8; i++) { const s = at + (size * (i + 0.5)) / 8; if (s <= to && !inGap(s)) samples.push(s); }
      const values = p.type === 'choice' ? [] : samples.map(s => Number(p.at(s)));
      const bucket = { from: iso(at), to: iso(at + size), count: samples.length };
      if (values.length) Object.assign(bucket, { min: Math.min(...values), max: Math.max(...values), mean: values.reduce((a, b) => a + b) / values.length, last: value(p, samples.at(-1)) });
      if (values.length) bucket.time_mean = bucket.mean;
      if (p.type === 'register') bucket.consumption = Number((p.at(Math.min(at + size, to)) - p.at(at)).toFixed(3));
      buckets.push(bucket);
    }
    return { buckets, ...(at < to ? { next: String(at) } : {}) };
  }

  // ---- energy and its cost: a day and a night price, a standing charge, the mean of monthly peaks

  function energy(query) {
    if (tariff === false) return { from: query.get('from'), to: query.get('to'), every: query.get('every') ?? 'day', tariffs: [], links: [] };
    const step = query.get('every') ?? 'day', size = { quarter: 900, hour: 3600, day: 86_400, month: 86_400 }[step];
    if (!size) throw new Problem(400, 'Bad request', `every is quarter, hour, day or month, not "${step}"`);
    const at = clock(), from = Date.parse(query.get('from')) / 1000, to = Math.min(at, Date.parse(query.get('to')) / 1000);
    const import_ = must('meter.energy_import'), cents = n => Number(n.toFixed(4)), kwh = n => Number(n.toFixed(3));
    const make = (start, end) => {
      const sums = { day: 0, night: 0 };
      for (let q = start; q < end; q += 900) {
        const hour = new Date((q + 7200) * 1000), work = hour.getUTCDay() % 6 !== 0 && hour.getUTCHours() >= 7 && hour.getUTCHours() < 22;
        sums[work ? 'day' : 'night'] += Math.max(0, import_.at(Math.min(q + 900, end)) - import_.at(q));
      }
      const parts = [['day', 0.3349], ['night', 0.2687]].map(([name, price]) => ({ name, kwh: kwh(sums[name]), cost: cents(sums[name] * price) })).filter(p => p.kwh > 0);
      const cost = { energy: cents(parts.reduce((a, p) => a + p.cost, 0)), export: 0, standing: cents((end - start) / 86_400 * 0.19), capacity: cents((end - start) / (30 * 86_400) * 18.1) };
      return { from: iso(start), to: iso(end), import_kwh: kwh(sums.day + sums.night), export_kwh: 0, cost: { ...cost, total: cents(cost.energy + cost.standing + cost.capacity) }, parts };
    };
    const rows = [];
    if (step === 'month') rows.push(make(from, to));
    else for (let s = from; s < to; s += size) rows.push(make(s, Math.min(s + size, to)));
    const total = { ...make(from, to), estimated_kwh: 0.412 };
    const month = iso(from).slice(0, 7);
    return {
      from: iso(from), to: iso(to), every: step, complete_to: iso(at),
      tariffs: [{
        id: 'household', title: 'Example tariff of a household', currency: 'EUR', import: ['meter.energy_import'], export: [], counted_to: iso(to), total, rows,
        peaks: [{ month, kw: 4.236, at: iso(Math.min(to - 3600, from + 9 * 86_400 + 64_800)), estimated_quarters: 3, lacking_quarters: 0, billed_kw: 4.104, of_months: 12, charge: 18.0986 }],
        prices: Array.from({ length: Math.min(192, Math.floor((to - from) / 900)) }, (_, i) => { const s = from + i * 900; return [iso(s), (0.21 + 0.07 * Math.sin(Math.floor(s / 3600) / 3.2)).toFixed(4)]; }),
        missing: [],
      }],
      links: [
        { id: 'shed_peak', to: 'boiler.on', times: 14, held_s: 23_400, shifted_kwh: 11.7, method: 'measured', assumed: 2, unknown_s: 0, tariffs: [{ id: 'household', energy_saved: 0.31, months: [{ month, peak_kw: 4.236, without_kw: 5.918, without_least_kw: 5.102, without_at: iso(from + 64_800), capacity_saved: 7.4176, capacity_saved_least: 3.8191 }] }] },
        { id: 'surplus_to_car', to: 'car.limit', unknown: 'nobody says what car.limit draws; give the link own-power:' },
      ],
    };
  }

  // ---- why

  const telegram = '/ISK5\\2M550T-1012\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(260617170128S)\r\n1-0:1.8.1(008412.611*kWh)\r\n1-0:1.7.0(05.412*kW)\r\n1-0:32.7.0(229.4*V)\r\n!6F2A\r\n';
  const hex = text => Buffer.from(text, 'latin1').toString('hex');
  function why(about) {
    const at = clock();
    if (/^[\d:]+$/.test(about)) {
      const entry = state.log.find(e => e.position === about);
      if (!entry) throw new Problem(404, 'Not found', `there is no entry ${about} in this log; the newest is ${state.position}`);
      return { about: `entry ${about}`, headline: entry.text[0], steps: entry.text.map((text, i) => ({ kind: i ? 'charge' : 'person', position: about, time: entry.time, text })) };
    }
    const p = must(about);
    if (p.private) return { about, headline: `${about} belongs to a private link: its values are kept between the two parties`, steps: [{ kind: 'link', position: '482001', time: iso(at - 210), text: 'link hall_light (version 1) acted; what it saw and wished is withheld' }] };
    const step = (kind, ago, text, wire) => ({ kind, position: String(state.position - ago), time: iso(at - ago), text, ...(wire ? { wire_hex: hex(wire), wire_text: wire.replace(/[^\x20-\x7e\n]/g, '.') } : {}) });
    if (!p.writable) return { about, headline: `${about} is ${show(p, p.at(at))}, read ${local(at - 1)}`, steps: [step('telegram', 1, `${p.thing.connector}: ${about} ${show(p, p.at(at - 1))}`, p.thing.connector === 'grid_meter' ? telegram : '\x00\x07\x00\x00\x00\x05\x01\x04\x02\x02\x41')] };
    const { first, value } = duty(p);
    const written = step('write', 42, `write 311: ${about} to ${show(p, value)}, on disk before it was sent`, '\x00\x2a\x00\x00\x00\x06\x01\x05\x00\x00\x00\x00');
    const answer = step('answer', 41, `write 311 to ${about}: done, reads back ${show(p, value)}`, '\x00\x2a\x00\x00\x00\x06\x01\x05\x00\x00\x00\x00');
    if (first && !first.link) return { about, headline: `${about} is ${show(p, value)} because ${first.who} asked for it by hand`, steps: [step('person', 43, `${first.who} sets ${about} to ${show(p, value)} (manual)`), step('charge', 43, `${about}: ${first.who} is in charge, it shall be ${show(p, value)}`), written, answer] };
    if (first) return { about, headline: `${about} is ${show(p, value)} because link ${first.who} holds it so`, steps: [step('telegram', 44, `grid_meter: meter.power 5.412 kW, meter.voltage 229.4 V`, telegram), step('link', 44, `link ${first.who} (version 1) holds ${about} at ${show(p, value)}, it saw 5.412 kW`), step('charge', 44, `${about}: ${first.who} is in charge, it shall be ${show(p, value)}`), written, answer] };
    return { about, headline: `${about} is ${show(p, value)}: nobody wishes anything else`, steps: [step('charge', 900, `${about}: nobody is in charge, its fallback holds, it shall be ${show(p, value)}`), written, answer] };
  }

  // ---- the site file

  function check(yaml) {
    const errors = [];
    yaml.split('\n').forEach((line, i) => {
      const bad = line.match(/\b(off-abov|poll|powr|intervall?|hold-abov)\b *:/);
      if (bad) errors.push({ line: i + 1, column: bad.index + 1, message: `unknown field "${bad[1]}"; did you mean "${{ 'off-abov': 'off-above', poll: 'every', powr: 'power', interval: 'every', intervall: 'every', 'hold-abov': 'hold-above' }[bad[1]]}"?` });
      const silent = line.match(/after: (\d+)[ ,}]/);
      if (silent) errors.push({ line: i + 1, column: silent.index + 8, message: `"${silent[1]}" is a duration without its unit: write ${silent[1]}s` });
      if (line.includes('\t')) errors.push({ line: i + 1, column: line.indexOf('\t') + 1, message: 'a tab; YAML takes spaces alone' });
    });
    if (!/^site: riverside_12$/m.test(yaml)) errors.push({ line: 2, column: 1, message: 'the file is of another site than riverside_12' });
    if (errors.length) throw new Problem(422, 'The site file is wrong', `${errors.length} ${errors.length === 1 ? 'line is' : 'lines are'} wrong; nothing was changed`, { errors });
  }
  const ids = yaml => [...yaml.matchAll(/^ *- (?:\{ *)?id: (\w+)/gm)].map(m => m[1]);
  function apply(yaml, ifMatch, query, by) {
    if (ifMatch !== `"${state.revision}"`) throw new Problem(412, 'Another revision', `the file began from ${ifMatch ?? 'no revision'}, running is revision ${state.revision}; get it and make the change again`);
    check(yaml);
    const before = ids(state.yaml), after = ids(yaml);
    const told = {
      added: after.filter(i => !before.includes(i)).map(i => `${i} is new`), removed: before.filter(i => !after.includes(i)).map(i => `${i} is taken out`),
      changed: yaml === state.yaml ? [] : ['the text of the file changed'], overrides: ['boiler.on: overheat (protect) overrides shed_peak (economy)'],
      silences: ['shed_peak: without meter.power for 60s boiler.on stays off, for at most 2h'], loops: [], risks: after.filter(i => !before.includes(i)).length ? ['nobody says what the new machine does without us (without-us)'] : [],
    };
    if (yaml === state.yaml) return { unchanged: true, applied: false, revision: state.revision, ...told };
    if (query.get('dry_run') === 'true') return { unchanged: false, applied: false, revision: state.revision, ...told };
    if (told.removed.length && query.get('confirmed') !== 'true') throw new Problem(409, 'Confirm', `${told.removed.join(', ')}; send confirmed=true if that is meant`);
    state.revision++;
    const wrote = () => state.revisions.unshift({ revision: state.revision, position: String(state.position), time: iso(clock()), by, yaml: state.yaml });
    state.yaml = yaml.replace(/^revision:.*$/m, `revision: ${state.revision}`);
    for (const id of after.filter(i => !before.includes(i))) {
      const block = yaml.slice(yaml.search(new RegExp(`id: ${id}\\b`)));
      const connector = block.match(/connector: (\w+)/)?.[1];
      if (!connector || /^[^\n]*type: (modbus|dsmr)/.test(block)) continue;
      const title = block.match(/title: "?([^"\n]+)"?/)?.[1] ?? id;
      const own = [...block.split(/\n *- /)[0].matchAll(/^ +(\w+): \{ type: (\w+), (?:unit: "?([^",]+)"?, )?at:/gm)].map(m => ({ path: `${id}.${m[1]}`, type: m[2], unit: m[3], step: 0.1, every: 5, at: s => Math.round(210 + 20 * Math.sin(s / 9)) / 10 }));
      state.added.push({ id, title, connector, properties: own });
    }
    state.added = state.added.filter(t => after.includes(t.id));
    wrote();
    note(by, `${by} applied a site file`, `revision ${state.revision} of the site file is in force`);
    tellSite();
    return { unchanged: false, applied: true, revision: state.revision, ...told };
  }

  // ---- plans and pictures

  // What the file says of where things stand, as far as the lines of this house are written.
  const items = yaml => yaml.split(/\n(?= {0,2}- )/).map(text => [text.match(/^ {0,2}- (?:\{ )?id: (\w+)/)?.[1], text]);
  function plans() {
    const places = [], positions = [], all = [];
    for (const [id, text] of items(state.yaml)) {
      const place = text.match(/\bplace: \{ plan: (\w+), x: ([\d.]+), y: ([\d.]+) \}/), position = text.match(/\bposition: \[([-\d.]+), ([-\d.]+)\]/);
      if (place) places.push({ thing: id, plan: place[1], x: Number(place[2]), y: Number(place[3]) });
      if (position) positions.push({ thing: id, latitude: Number(position[1]), longitude: Number(position[2]) });
      const image = text.match(/\bimage: (\w+)/)?.[1], title = text.match(/\btitle: "?([^",}\n]+?)"? *[,}\n]/)?.[1] ?? id, picture = state.pictures.get(image);
      if (image) all.push({ id, title, image, ...(picture ? { picture: listed(image) } : {}) });
    }
    return { revision: state.revision, plans: all, places, positions };
  }
  const listed = name => { const { bytes, tag } = state.pictures.get(name); return { name, type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), bytes: bytes.length, tag }; };
  const keep = (name, bytes) => {
    if (bytes.subarray(1, 4).toString('latin1') !== 'PNG') throw new Problem(422, 'Unprocessable Content', 'A picture is a PNG, a JPEG or a WebP; this is none of them');
    state.pictures.set(name, { bytes, tag: createHash('sha256').update(bytes).digest('hex').slice(0, 24) });
    return listed(name);
  };
  keep('ground_floor', readFileSync(new URL('../../simulation/src/main/resources/io/linkspan/simulation/ground_floor.png', import.meta.url)));

  // ---- sentences: three of them, enough to see what the page makes of an answer

  function say(body, account) {
    const text = String(body.sentence ?? '').toLowerCase();
    const language = body.language ?? 'en';
    if (/\b(off|uit)\b.*boiler|boiler.*\b(off|uit)\b/.test(text)) {
      const meaning = 'set boiler.on=false';
      if (body.choice === undefined) return { language, kind: 'question', text: 'overheat is in charge there with a higher priority, so your wish would wait below. Place it?', choices: [{ id: meaning, text: 'Boiler to off' }] };
      allow(account, 'operator');
      const told = place('boiler.on', { value: false }, account.name);
      return { language, kind: 'done', meaning, acts: true, text: `Boiler: off - ${told.outcome.text}; in charge: ${account.name}`, outcomes: [{ property: 'boiler.on', outcome: told.outcome }], undo: [{ property: 'boiler.on', priority: 'manual' }] };
    }
    if (/boiler/.test(text)) return { language, kind: 'answer', meaning: 'value boiler.temperature', acts: false, text: `Boiler, Temperature: ${show(must('boiler.temperature'), cell('boiler.temperature').value)}`, outcomes: [] };
    return { language, kind: 'not_understood', text: `I do not know "${text}" here. Try: turn off boiler` };
  }

  // ---- rules: one that acts on a value, one by the clock, one that sleeps in a mode

  function ruleNow({ off, reason, moves: _, ...r }) {
    const at = clock(), asleep = r.modes && !r.modes.includes(state.mode);
    return { ...r, state: off ? 'off' : asleep ? 'asleep' : r.kind === 'schedule' ? 'active' : 'idle', since: iso(at - 3600), fired: 3, last_fired: iso(first / 1000 - 9000), holds: [], ...(off ? { reason } : {}), ...(r.kind === 'schedule' ? { next: iso(at + 5000) } : {}) };
  }
  function ruleTold(rule) {
    const seen = path => ({ of: path, text: `${path} ${show(must(path), cell(path).value)}`, value: cell(path).value });
    const condition = rule.id === 'warm_water' ? [{ text: 'boiler.temperature < 50', met: cell('boiler.temperature').value < 50 ? 'yes' : 'no', seen: [seen('boiler.temperature')] }, { text: '!cellar.door', met: cell('cellar.door').value ? 'no' : 'yes', seen: [seen('cellar.door')] }] : undefined;
    return { ...ruleNow(rule), ...(condition ? { condition } : {}), why_not: 'see its condition', moves: rule.moves ?? [{ position: String(state.position - 20), time: iso(first / 1000 - 9000), move: 'fired', seen: [], text: 'it saw boiler.temperature 49.2 °C' }] };
  }

  // ---- commands

  function place(path, body, by) {
    const p = must(path);
    if (!p.writable) throw new Problem(409, 'Refused', `${path} is a sensor; it can not be set`);
    const type = typeof body.value;
    const wants = { flag: 'boolean', number: 'number', choice: 'string' }[p.type];
    if (type !== wants) throw new Problem(422, 'Wrong value', `${path} takes a ${p.type}, not ${JSON.stringify(body.value)}`);
    if (p.range && (body.value < p.range[0] || body.value > p.range[1])) return { key: 'k', position: note(by, `${by} was refused`), outcome: { kind: 'refused', text: `refused: ${body.value} is outside ${p.range[0]}..${p.range[1]}`, why: `${body.value} is outside ${p.range[0]} to ${p.range[1]}` } };
    const until = clock() + (body.for ? duration(body.for) : 4 * 3600);
    const others = (state.holds.get(path) ?? []).filter(h => h.priority !== (body.priority ?? 'manual'));
    state.holds.set(path, [...others, { who: by, priority: body.priority ?? 'manual', value: body.value, until }]);
    const position = note(by, `${by} sets ${path} to ${show(p, body.value)} (manual)`, `${path}: ${by} is in charge, it shall be ${show(p, body.value)}`, `write ${++state.position}: ${path} to ${show(p, body.value)}`);
    tellCells([path]);
    return { key: 'k', position, outcome: { kind: 'done', text: `done, reads back ${show(p, body.value)}`, read_back: body.value } };
  }

  // ---- live

  const write = (stream, event, data) => stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const snapshot = () => ({ things: allThings().map(thing), armed: state.armed, revision: state.revision, connectors: connectors(), note: '', speed: 1, now: iso(clock()) });
  const tellCells = paths => { for (const s of state.streams) { for (const p of paths) s.told.delete(p); write(s, 'cells', { cells: paths.map(cell), now: iso(clock()) }); } };
  const tellSite = () => { for (const s of state.streams) write(s, 'site', { armed: state.armed, revision: state.revision, connectors: connectors() }); };
  // What each stream was told last, from its snapshot on: kept for all of them together, a change between a snapshot and the next beat
  // that was taken back by then would never be told.
  const toldOf = c => JSON.stringify([c.value, c.missing_since, c.in_charge, c.holds, c.quality, c.write]);
  const beat = setInterval(() => {
    if (!state.streams.size) return;
    const all = allThings().flatMap(t => t.properties.map(p => cell(p.path))).map(c => [c, toldOf(c)]);
    for (const s of state.streams) {
      const changed = all.filter(([c, text]) => s.told.get(c.property) !== text);
      for (const [c, text] of changed) s.told.set(c.property, text);
      if (changed.length) write(s, 'cells', { cells: changed.map(([c]) => c), now: iso(clock()) });
    }
  }, tick);
  const comment = setInterval(() => { for (const s of state.streams) s.write(': here\n\n'); }, 15_000);
  // A machine that moves and says itself where it is: to the east, a kilometre a second.
  if (van) state.added.push({ id: 'van', title: 'Van', connector: 'inverter', properties: [{ path: 'van.where', title: 'Where', type: 'position', every: 1, at: s => `50.9,${(4 + (s - first / 1000) / 70).toFixed(5)}` }, { path: 'van.load', title: 'Load', type: 'number', unit: 'kg', step: 1, every: 1, at: () => 420 }] });
  if (extraProperties) state.added.push({ id: 'many', title: 'Many values', connector: 'inverter', properties: Array.from({ length: extraProperties }, (_, i) => ({ path: `many.v${i}`, title: `Value ${i}`, type: 'number', unit: 'W', step: 1, every: 1, at: s => Math.round(1000 + 900 * Math.sin(s / 3 + i)) })) });

  // ---- the doors

  const body = async request => { const parts = []; for await (const part of request) parts.push(part); return Buffer.concat(parts).toString('utf8'); };
  function who(request) {
    const token = /linkspan_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    const name = token && state.sessions.get(token)?.name;
    return name ? { ...state.accounts.get(name), csrf: state.sessions.get(token).csrf, token } : undefined;
  }
  const session = account => ({ signed_in: !!account, needs_setup: state.accounts.size === 0, ...(account ? { account: { name: account.name, role: account.role, language: account.language }, csrf: account.csrf } : {}) });
  function signIn(response, account) {
    const token = `s${Math.random().toString(36).slice(2)}`, csrf = `c${Math.random().toString(36).slice(2)}`;
    state.sessions.set(token, { name: account.name, csrf });
    response.setHeader('Set-Cookie', `linkspan_session=${token}; HttpOnly; SameSite=Strict; Path=/`);
    return session({ ...account, csrf });
  }
  function allow(account, least) {
    if (!account) throw new Problem(401, 'Not signed in', 'Sign in first: POST /v1/session');
    if (ROLES.indexOf(account.role) < ROLES.indexOf(least)) throw new Problem(403, 'Not allowed', `${account.name} is ${account.role}; this takes ${least}`);
    return account;
  }

  async function v1(request, response, url) {
    const method = request.method, path = url.pathname.split('/').slice(2).map(decodeURIComponent), q = url.searchParams;
    const account = who(request);
    const read = async () => { const text = await body(request); return text && JSON.parse(text); };
    if (method !== 'GET' && account && request.headers['x-csrf-token'] !== account.csrf && path[0] !== 'session') throw new Problem(403, 'No CSRF token', 'Send the X-CSRF-Token of GET /v1/session');
    if (path[0] === 'session') {
      if (method === 'GET') return session(account);
      if (method === 'DELETE') { if (account) state.sessions.delete(account.token); return undefined; }
      const asked = await read();
      if (state.failures >= 5) { response.setHeader('Retry-After', '7'); throw new Problem(429, 'Slow down', 'Too many tries; wait 7 s'); }
      const known = state.accounts.get(asked.name);
      if (!known || known.password !== asked.password) { state.failures++; throw new Problem(401, 'Not signed in', 'Name or password is wrong'); }
      state.failures = 0;
      return signIn(response, known);
    }
    if (path[0] === 'setup') {
      if (state.accounts.size) throw new Problem(409, 'Done already', 'There is an account already; sign in');
      const asked = await read();
      if (asked.code !== state.code) throw new Problem(401, 'Wrong code', 'This is not the code that Linkspan printed at its first start; look in its terminal or journal');
      if (asked.password.length < 10) throw new Problem(422, 'Too short', 'The password has at least 10 characters');
      const made = { name: asked.name, password: asked.password, role: 'owner', created: iso(clock()) };
      state.accounts.set(asked.name, made);
      return signIn(response, made);
    }
    if (path[0] === 'accounts') {
      if (method === 'PATCH') {
        const asked = await read(), target = state.accounts.get(path[1]);
        if (path[1] !== account?.name || asked.role) allow(account, 'owner');
        Object.assign(target, asked);
        return undefined;
      }
      allow(account, 'owner');
      if (method === 'GET') return { accounts: [...state.accounts.values()].map(({ password: _, ...a }) => ({ ...a, last_seen: iso(clock() - 340) })) };
      if (method === 'POST') { const asked = await read(); if (asked.password.length < 10) throw new Problem(422, 'Too short', 'The password has at least 10 characters'); state.accounts.set(asked.name, { ...asked, created: iso(clock()) }); return {}; }
      if (path[1] === account.name) throw new Problem(409, 'Refused', 'The last owner can not be removed');
      state.accounts.delete(path[1]);
      return undefined;
    }
    if (path[0] === 'tokens') {
      allow(account, 'viewer');
      if (method === 'GET') return { tokens: state.tokens };
      if (method === 'POST') { const asked = await read(); const made = { id: `t${state.tokens.length + 1}`, title: asked.title, role: asked.role, account: account.name, created: iso(clock()) }; state.tokens.push(made); return { id: made.id, token: 'lst_4Q8vX2mNfR7kZ1bT9wYc' }; }
      state.tokens = state.tokens.filter(t => t.id !== path[1]);
      return undefined;
    }
    if (path[0] === 'profiles') { allow(account, 'viewer'); return { profiles: [{ name: 'eastron_sdm120', title: 'Eastron SDM120', maker: 'Eastron', connectors: ['modbus_rtu', 'modbus_tcp'], defaults: { baud: 2400, mode: '8N1', unit: 1 } }, { name: 'eastron_sdm630', title: 'Eastron SDM630', maker: 'Eastron', connectors: ['modbus_rtu', 'modbus_tcp'], defaults: { baud: 9600, mode: '8N1', unit: 1 } }, { name: 'sunspec_inverter', title: 'SunSpec inverter', maker: 'SunSpec Alliance', connectors: ['modbus_rtu', 'modbus_tcp'] }, { name: 'sunspec_meter', title: 'SunSpec meter', maker: 'SunSpec Alliance', connectors: ['modbus_rtu', 'modbus_tcp'] }] }; }
    if (path[0] === 'schema') { allow(account, 'viewer'); return JSON.parse(readFileSync(new URL('../../node/src/main/resources/schema/site.schema.json', import.meta.url))); }
    if (path[0] !== 'sites') throw new Problem(404, 'Not found', `There is no ${url.pathname}`);
    allow(account, 'viewer');
    if (path.length === 1) return { sites: [summary()] };
    if (path[1] !== SITE) throw new Problem(404, 'Not found', `There is no site "${path[1]}" here`);
    const [what, name, deeper, last_] = path.slice(2);
    if (what === undefined) return { ...summary(), version: '0.2.0', disk: 'ok', trouble: '', connectors: connectors() };
    if (what === 'things') {
      if (!name) return { things: allThings().map(thing), position: String(state.position) };
      const found = allThings().find(t => t.id === name);
      if (!found) throw new Problem(404, 'Not found', `Site ${SITE} has no machine "${name}"`);
      if (deeper === 'description') {
        const types = { flag: 'boolean', number: 'number', choice: 'string', register: 'string' };
        return { '@context': ['https://www.w3.org/2022/wot/td/v1.1'], id: `urn:linkspan:5f0c:${name}`, title: found.title, base: `/v1/sites/${SITE}/`, security: 'cookie', securityDefinitions: { cookie: { scheme: 'apikey', in: 'cookie', name: 'linkspan_session' } },
          properties: Object.fromEntries(found.properties.map(p => [p.path.split('.')[1], { title: p.title, type: types[p.type] ?? 'string', ...(p.unit ? { unit: p.unit } : {}), ...(p.range ? { minimum: p.range[0], maximum: p.range[1] } : {}), ...(p.writable && p.step ? { multipleOf: p.step } : {}), ...(p.choices ? { enum: p.choices } : {}), readOnly: !p.writable, observable: true, forms: [{ href: `things/${name}/properties/${p.path.split('.')[1]}`, op: p.writable ? ['readproperty', 'writeproperty'] : ['readproperty'] }] }])) };
      }
      if (deeper === 'service') { const asked = await read(); allow(account, 'operator'); if (asked.out) state.out.set(name, asked.reason ?? ''); else state.out.delete(name); const position = note(account.name, asked.out ? `${account.name} takes ${name} out of service (${asked.reason})` : `${account.name} gives ${name} back to service`); tellCells(found.properties.map(p => p.path)); return { position }; }
      if (deeper === 'actions') { allow(account, 'operator'); return { key: 'k', position: note(account.name, `${account.name} invokes ${name}.${last_}`), outcome: { kind: 'done', text: 'done' } }; }
      return thing(found);
    }
    if (what === 'armed') { allow(account, 'installer'); state.armed = (await read()).armed; const position = note(account.name, state.armed ? `${account.name} arms the site` : `${account.name} disarms the site: it only watches`); tellSite(); return { position }; }
    if (what === 'links') return { links: links.map(linkNow) };
    if (what === 'log') {
      const most = Number(q.get('most') ?? 50), before = q.get('before');
      const all = before ? state.log.filter(e => Number(e.position) < Number(before)) : state.log;
      return { entries: all.slice(0, most), position: String(state.position) };
    }
    if (what === 'energy') return energy(q);
    if (what === 'energy.csv') { response.setHeader('Content-Disposition', 'attachment; filename="energy.csv"'); return { csv: `tariff,from,to,import_kwh,total\n${energy(q).tariffs.flatMap(t => t.rows.map(r => `${t.id},${r.from},${r.to},${r.import_kwh},${r.cost.total}`)).join('\n')}\n` }; }
    if (what === 'why') return why(name);
    if (what === 'file') {
      allow(account, 'installer');
      if (method === 'GET') { response.setHeader('ETag', `"${state.revision}"`); return { revision: state.revision, yaml: state.yaml }; }
      return apply(await body(request), request.headers['if-match'], q, account.name);
    }
    if (what === 'revisions') {
      allow(account, 'installer');
      if (!name) return { revisions: state.revisions.map(({ yaml: _, ...r }) => r) };
      const found = state.revisions.find(r => String(r.revision) === name);
      if (!found) throw new Problem(404, 'Not found', `revision ${name} is not in the log of this site; "revisions" lists them`);
      return { revision: found.revision, yaml: found.yaml };
    }
    if (what === 'plans') return plans();
    if (what === 'pictures') {
      if (!name) return { pictures: [...state.pictures.keys()].map(listed) };
      if (method === 'PUT') { allow(account, 'installer'); const parts = []; for await (const part of request) parts.push(part); return keep(name, Buffer.concat(parts)); }
      if (!state.pictures.has(name)) throw new Problem(404, 'Not found', `There is no picture "${name}" here`);
      if (method === 'DELETE') { allow(account, 'installer'); state.pictures.delete(name); return undefined; }
      return { picture: state.pictures.get(name) };
    }
    if (what === 'found') { allow(account, 'installer'); return { found: state.found }; }
    if (what === 'probe') {
      allow(account, 'installer');
      const asked = await read();
      if (['127.0.0.1:5020', '127.0.0.1:5021'].includes(asked.line.endpoint)) throw new Problem(409, 'Refused', `the connector plant_room has the line ${asked.line.endpoint}; add the machine to it, its values show once it is applied`);
      const { units: _, ...line } = asked.line;
      return { found: [{ what: 'Modbus device, unit 1', settings: { type: asked.type, ...line, unit: '1' } }, { what: 'SunSpec device, unit 3: Fronius Symo, models [1, 103, 123]', settings: { type: asked.type, ...line, unit: '3' } }], complete: true, problem: '' };
    }
    if (what === 'try') {
      allow(account, 'installer');
      const asked = await read();
      check(asked.yaml);
      const block = asked.yaml.slice(asked.yaml.search(new RegExp(`id: ${asked.thing}\\b`))).split(/\n *- /)[0];
      const own = [...block.matchAll(/^ +(\w+): \{ type: (\w+), (?:unit: "?([^",]+)"?, )?at: "([^"]+)"/gm)].map(m => ({ property: `${asked.thing}.${m[1]}`, unit: m[3], at: m[4] }));
      const read_ = own.length ? own : [{ property: `${asked.thing}.power`, unit: 'W', at: 'input 12' }, { property: `${asked.thing}.voltage_l1`, unit: 'V', at: 'input 0' }];
      const values = read_.filter(v => !v.at.includes(' 9999 ')).map((v, i) => ({ property: v.property, value: 21.4 + i, ...(v.unit ? { unit: v.unit } : {}), quality: 'good' }));
      const missing = read_.filter(v => v.at.includes(' 9999 ')).map(v => v.property);
      return { values, missing, complete: !missing.length, problem: missing.length ? 'unit 1 refuses input 9999: illegal data address' : '' };
    }
    if (what === 'applications') {
      allow(account, 'owner');
      if (method === 'GET') return { applications: state.applications };
      if (method === 'POST') { const asked = await read(); state.applications.push({ ...asked, created: iso(clock()), cursor: String(state.position) }); return { name: asked.name, token: 'lsa_9hT3cV6pLq2sXe8uBk5J' }; }
      state.applications = state.applications.filter(a => a.name !== name);
      return undefined;
    }
    if (what === 'rules') {
      if (!name) return { mode: state.mode, modes: MODES, rules: state.rules.map(ruleNow) };
      const rule = state.rules.find(r => r.id === name);
      if (!rule) throw new Problem(404, 'Not found', `there is no rule "${name}" in this site, but ${state.rules.map(r => r.id).join(', ')}`);
      if (deeper === 'sleep') {
        allow(account, 'operator');
        const asked = await read();
        Object.assign(rule, { off: asked.off, reason: asked.reason ?? '' });
        (rule.moves ??= []).unshift({ position: note(account.name, `${account.name} ${asked.off ? 'puts' : 'wakes'} ${name}`), time: iso(clock()), move: asked.off ? 'off' : 'ended', seen: [], text: `${account.name} ${asked.off ? 'put it to sleep' : 'woke it'}` });
        return {};
      }
      return ruleTold(rule);
    }
    if (what === 'mode') {
      if (method === 'GET') return { mode: state.mode, modes: MODES };
      allow(account, 'operator');
      state.mode = (await read()).mode;
      note(account.name, `${account.name} puts the site into mode ${state.mode}`);
      return {};
    }
    if (what === 'scenes') {
      const scenes = [{ id: 'night', title: 'Good night', set: [{ property: 'heat_pump.set_point', value: 17, shown: '17 °C' }, { property: 'car.limit', value: 40, shown: '40 A' }] }];
      if (!name) return { scenes };
      allow(account, 'operator');
      return { outcomes: scenes[0].set.map(v => ({ property: v.property, outcome: place(v.property, { value: v.value }, account.name).outcome })) };
    }
    if (what === 'sentences' && method === 'POST') return say(await read(), account);
    if (what === 'cells') {
      if (!deeper) return cell(name);
      if (deeper === 'history') return history(name, q);
      if (deeper === 'history.csv') {
        const rows = history(name, q).points.map(([t, v, quality_]) => `${t},${v},${quality_}`);
        response.setHeader('Content-Disposition', `attachment; filename="${name}.csv"`);
        return { csv: `time,value,quality\n${rows.join('\n')}\n` };
      }
      if (deeper === 'holds' && method === 'POST') { allow(account, 'operator'); return place(name, await read(), account.name); }
      if (deeper === 'holds' && method === 'DELETE') {
        allow(account, 'operator');
        const p = must(name);
        state.holds.set(name, (state.holds.get(name) ?? []).filter(h => h.priority !== (q.get('priority') ?? 'manual')));
        const position = note(account.name, `${account.name} gives ${name} back (manual)`);
        tellCells([name]);
        return { key: 'k', position, outcome: { kind: 'done', text: `done, reads back ${show(p, duty(p).value)}` } };
      }
    }
    throw new Problem(404, 'Not found', `There is no ${url.pathname}`);
  }

  function live(request, response) {
    allow(who(request), 'viewer');
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const begun = snapshot();
    write(response, 'snapshot', begun);
    response.told = new Map(begun.things.flatMap(t => t.properties).map(c => [c.property, toldOf(c)]));
    state.streams.add(response);
    request.on('close', () => state.streams.delete(response));
  }

  const play = {
    cut: connector => { state.cuts.set(connector, Math.floor(clock())); note('Linkspan', `the line of ${connector} went down (connection refused)`); tellSite(); },
    heal: connector => { (state.healed ??= []).push({ connector, from: state.cuts.get(connector), to: Math.floor(clock()) }); state.cuts.delete(connector); note('Linkspan', `the line of ${connector} came up`); tellSite(); },
    refuse: path => { state.refuses.add(path); tellCells([path]); },
    away: () => { state.offline = true; for (const s of state.streams) s.destroy(); state.streams.clear(); },
    here: () => { state.offline = false; },
  };

  const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
  function file(request, response, url) {
    const name = normalize(url.pathname === '/' ? '/index.html' : url.pathname);
    const path = join(dist ?? '/nowhere', name);
    if (!dist || !existsSync(path) || !statSync(path).isFile()) { response.writeHead(404).end('not here'); return; }
    const headers = { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache', Vary: 'Accept-Encoding' };
    const packed = existsSync(`${path}.gz`) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    response.writeHead(200, packed ? { ...headers, 'Content-Encoding': 'gzip' } : headers);
    createReadStream(packed ? `${path}.gz` : path).pipe(response);
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (state.offline && !url.pathname.startsWith('/mock/')) { request.socket.destroy(); return; }
    try {
      if (url.pathname.startsWith('/mock/')) { const [, , verb, about] = url.pathname.split('/'); play[verb](about); response.writeHead(204).end(); return; }
      if (!url.pathname.startsWith('/v1/')) { file(request, response, url); return; }
      if (url.pathname === `/v1/sites/${SITE}/live`) { live(request, response); return; }
      const answer = await v1(request, response, url);
      if (answer === undefined) { response.writeHead(204).end(); return; }
      if (answer.picture) { response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Security-Policy': "default-src 'none'; sandbox", 'X-Content-Type-Options': 'nosniff', ETag: `"${answer.picture.tag}"`, 'Cache-Control': 'private, no-cache' }).end(answer.picture.bytes); return; }
      const text = answer.csv ?? JSON.stringify(answer);
      const packed = gzipSync(text);
      response.writeHead(200, { 'Content-Type': answer.csv ? 'text/csv; charset=utf-8' : 'application/json', 'Cache-Control': 'no-store', 'Content-Encoding': 'gzip' }).end(packed);
    } catch (error) {
      if (!(error instanceof Problem)) { console.error(error); }
      const status = error.status ?? 500;
      response.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify({ type: 'about:blank', title: error.title ?? 'Error', status, detail: error.message, ...error.more }));
    }
  });
  // Some history to tell.
  const ago = (s, by, ...text) => state.log.push({ position: String(state.position - s), time: iso(first / 1000 - s), by, text });
  ago(44, 'link shed_peak', 'link shed_peak (version 1) holds boiler.on at off, it saw 5.412 kW', 'write 311: boiler.on to off');
  ago(2950, 'anna', 'anna sets heat_pump.mode to comfort (manual)', 'heat_pump.mode: anna is in charge, it shall be comfort');
  ago(10_180, 'Linkspan', 'meter.power and 2 more were missing from 14:02:07 to 14:07:11 (wrong CRC)');
  ago(52_000, 'anna', 'anna applied a site file', 'revision 7 of the site file is in force');
  ago(93_000, 'Linkspan', 'Linkspan 0.2.0 started');
  state.holds.set('heat_pump.mode', [{ who: 'anna', priority: 'manual', value: 'comfort', until: first / 1000 + 5400 }]);
  await new Promise(done => server.listen(port, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${server.address().port}`, code: state.code, play,
    stop: () => { clearInterval(beat); clearInterval(comment); for (const s of state.streams) s.destroy(); server.closeAllConnections(); return new Promise(done => server.close(done)); },
  };
}
