'use strict';
// The page of what the machines do now. It shows what the stream at /live tells, and nothing else.
const FILTER_FROM = 30; // properties; fewer are seen at a glance
const SILENT_MILLIS = 12000; // without a sign of life the page is offline
const RETRY_MILLIS = 3000;

const $ = id => document.getElementById(id);
const sites = new Map(); // name -> { title, zone, armed, speed, note, micros, at }
const rows = new Map(); // site/path -> { site, property, parts of the row }
let source = null;
let heard = 0;
let wasLive = false;

function el(name, className, ...content) {
  const e = document.createElement(name);
  if (className) e.className = className;
  e.append(...content);
  return e;
}

function set(node, text) { if (node.textContent !== text) node.textContent = text; }

// ---- time

function nowMicros(site) { return site.micros + (performance.now() - site.at) * 1000 * site.speed; }

function age(micros) {
  const s = Math.max(0, Math.floor(micros / 1e6));
  if (s < 2) return 'now';
  if (s < 60) return s + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min';
  return s < 86400 ? Math.floor(s / 3600) + ' h' : Math.floor(s / 86400) + ' d';
}

function clock(micros, site) {
  const at = new Date(micros / 1000);
  const day = { timeZone: site.zone, day: 'numeric', month: 'short' };
  const time = { timeZone: site.zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const text = o => new Intl.DateTimeFormat('en-GB', o).format(at);
  const today = new Intl.DateTimeFormat('en-GB', day).format(new Date(nowMicros(site) / 1000)) === text(day);
  return today ? text(time) : text({ ...day, ...time });
}

// ---- one property

function row(site, property) {
  const r = {
    site, property, key: site.name + '/' + property.path,
    root: el('div', 'row'), title: el('dt', '', property.title),
    value: el('dd', 'value'), age: el('dd', 'age'), charge: el('dd', 'charge'),
    who: el('span', 'who'), why: el('span', 'why'),
  };
  r.root.title = property.path;
  r.charge.append(r.who, r.why);
  r.root.append(r.title, r.value, r.age, r.charge);
  draw(r);
  return r;
}

function draw(r) {
  const p = r.property;
  r.root.className = 'row ' + p.state + (p.who ? ' acts' : '');
  r.value.replaceChildren(...words(p, r.site));
  r.charge.hidden = !p.who;
  set(r.who, p.who);
  set(r.why, p.why);
  drawAge(r);
}

function words(p, site) {
  if (p.state === 'closed') return ['private, not shown'];
  if (p.state === 'unread') return ['not read yet'];
  if (p.state === 'missing') return ['missing from ' + clock(p.missing, site) + (p.cause ? ': ' + p.cause : '')];
  const parts = [];
  if (p.who && (p.value === 'on' || p.value === 'off')) parts.push(el('span', 'word ' + p.value, p.value));
  else parts.push(p.value);
  if (p.unit) parts.push(el('span', 'unit', p.unit));
  if (p.desired) parts.push(el('span', 'to', 'shall be ' + p.desired));
  if (p.doubtful) parts.push(el('span', 'doubt', 'uncertain'));
  return parts;
}

function drawAge(r) {
  const p = r.property;
  set(r.age, p.state === 'known' && p.read ? age(nowMicros(r.site) - p.read) : '');
}

// ---- the sites

function head(told) {
  const site = sites.get(told.site);
  site.armed = told.armed;
  site.speed = told.speed;
  site.note = told.note;
  site.micros = told.now;
  site.at = performance.now();
}

function drawHead() {
  const all = [...sites.values()];
  const title = all.length === 1 ? all[0].title : 'Linkspan';
  set($('title'), title);
  document.title = title === 'Linkspan' ? title : title + ' · Linkspan';
  set($('note'), all.map(s => s.note).filter(n => n).join(' '));
  const modes = [];
  for (const s of all) {
    const of = all.length === 1 ? '' : s.title + ': ';
    modes.push(s.armed ? of + 'armed' : '!' + of + 'watching only: nothing is switched');
    if (s.speed !== 1) modes.push(of + s.speed + ' times as fast');
  }
  const box = $('modes');
  if (box.dataset.text === modes.join('|')) return;
  box.dataset.text = modes.join('|');
  box.replaceChildren(...modes.map(m => m[0] === '!' ? el('span', 'mode watching', m.slice(1)) : el('span', 'mode', m)));
}

function build(told) {
  sites.clear();
  rows.clear();
  const main = [];
  for (const t of told) {
    const site = { name: t.site, title: t.title, zone: t.zone };
    sites.set(site.name, site);
    head(t);
    const section = el('section', 'site');
    const level = told.length === 1 ? 'h2' : 'h3';
    if (told.length > 1) section.append(el('h2', '', t.title));
    const cards = el('div', 'cards');
    for (const thing of t.things) cards.append(card(site, thing, level));
    if (!t.things.length) cards.append(el('p', 'empty', 'This site has no machines yet.'));
    section.append(cards);
    main.push(section);
  }
  if (!told.length) main.push(el('p', 'empty', 'There is no site here yet. Begin one with: linkspan run SITE.yaml'));
  $('sites').replaceChildren(...main);
  $('tools').hidden = rows.size < FILTER_FROM;
  filter();
}

function card(site, thing, level) {
  const heading = el(level, '', el('span', '', thing.title), el('span', 'id', thing.id));
  heading.id = 'thing-' + site.name + '-' + thing.id;
  const list = el('dl', '');
  for (const property of thing.properties) {
    const r = row(site, property);
    rows.set(r.key, r);
    list.append(r.root);
  }
  const section = el('section', 'card', heading, list);
  section.setAttribute('aria-labelledby', heading.id);
  return section;
}

function filter() {
  const wanted = $('tools').hidden ? '' : $('filter').value.trim().toLowerCase();
  for (const r of rows.values()) {
    const p = r.property;
    const text = (p.path + ' ' + p.title + ' ' + p.state + ' ' + p.who + ' ' + r.root.closest('.card').firstChild.textContent).toLowerCase();
    r.root.hidden = wanted !== '' && !text.includes(wanted);
  }
  for (const c of document.querySelectorAll('.card')) c.hidden = !c.querySelector('.row:not([hidden])');
}

// ---- the stream

function status(name, text) {
  $('status').className = name;
  set($('status-text'), text);
  $('sites').classList.toggle('stale', name === 'offline');
}

function live() {
  heard = performance.now();
  if (!wasLive) status('live', 'Live');
  wasLive = true;
}

function offline() {
  if (!wasLive && $('status').className === 'offline') return;
  wasLive = false;
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(new Date());
  status('offline', 'Offline since ' + time + ', trying again');
}

function connect() {
  if (source) source.close();
  source = new EventSource('/live');
  source.addEventListener('sites', e => { live(); build(JSON.parse(e.data)); drawHead(); });
  source.addEventListener('changes', e => {
    live();
    const told = JSON.parse(e.data);
    if (!sites.has(told.site)) return;
    head(told);
    for (const property of told.properties) {
      const r = rows.get(told.site + '/' + property.path);
      if (!r) continue;
      r.property = property;
      draw(r);
    }
    drawHead();
  });
  source.onerror = () => {
    offline();
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MILLIS);
  };
  heard = performance.now();
}

$('filter').addEventListener('input', filter);
setInterval(() => {
  if (wasLive) for (const r of rows.values()) drawAge(r);
  if (performance.now() - heard > SILENT_MILLIS) { offline(); connect(); }
}, 1000);
connect();
