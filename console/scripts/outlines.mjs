// The outlines of the countries for the map: Natural Earth at 1:50 million (npm world-atlas, public domain), thinned so that they are
// small, as TopoJSON without names. A border that two countries share stays one line. The same package gives the same bytes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// A point that lies closer than this to the line between its neighbours is left out; coordinates are whole hundredths of a degree.
const TOLERANCE_DEGREES = 0.03, KEPT_DEGREES = 0.01;
// An island smaller than this is left out, unless it is all that a country has.
const ISLAND_DEGREES = 0.15;

const world = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('world-atlas/countries-50m.json')));
const { scale: [sx, sy], translate: [tx, ty] } = world.transform;
const arcs = world.arcs.map(arc => { let x = 0, y = 0; return arc.map(([dx, dy]) => [(x += dx) * sx + tx, (y += dy) * sy + ty]); });

// Douglas and Peucker: what is farthest from the line stays, if it is far enough.
function thin(points) {
  const keep = new Uint8Array(points.length), stack = [[0, points.length - 1]];
  keep[0] = keep[points.length - 1] = 1;
  while (stack.length) {
    const [from, to] = stack.pop(), [ax, ay] = points[from], [bx, by] = points[to], dx = bx - ax, dy = by - ay, length = Math.hypot(dx, dy);
    let far = 0, at = 0;
    for (let i = from + 1; i < to; i++) {
      const [px, py] = points[i];
      const d = length ? Math.abs(dy * (px - ax) - dx * (py - ay)) / length : Math.hypot(px - ax, py - ay);
      if (d > far) { far = d; at = i; }
    }
    if (far > TOLERANCE_DEGREES) { keep[at] = 1; stack.push([from, at], [at, to]); }
  }
  return points.filter((_, i) => keep[i]);
}

const wide = ring => {
  const points = ring.flatMap(i => arcs[i < 0 ? ~i : i]);
  const span = k => Math.max(...points.map(p => p[k])) - Math.min(...points.map(p => p[k]));
  return span(0) + span(1) > ISLAND_DEGREES;
};
const polygonsOf = g => g.type === 'Polygon' ? [g.arcs] : g.arcs ?? [];
const geometries = world.objects.countries.geometries.map(g => {
  const all = polygonsOf(g), large = all.filter(p => wide(p[0]));
  return { type: 'MultiPolygon', arcs: large.length ? large : all.slice(0, 1) };
}).filter(g => g.arcs.length);

const used = [...new Set(geometries.flatMap(g => g.arcs.flat(2)).map(i => i < 0 ? ~i : i))].sort((a, b) => a - b);
const number = new Map(used.map((old, i) => [old, i]));
const renumber = i => i < 0 ? ~number.get(~i) : number.get(i);
const whole = n => Math.round(n / KEPT_DEGREES);
const packed = used.map(old => {
  let x = 0, y = 0;
  return thin(arcs[old]).map(([px, py]) => { const d = [whole(px) - x, whole(py) - y]; x = whole(px); y = whole(py); return d; }).filter(([dx, dy], i) => i === 0 || dx || dy);
}).map(arc => arc.length > 1 ? arc : [...arc, [0, 0]]);
const topology = {
  type: 'Topology', transform: { scale: [KEPT_DEGREES, KEPT_DEGREES], translate: [0, 0] }, arcs: packed,
  objects: { countries: { type: 'GeometryCollection', geometries: geometries.map(g => ({ ...g, arcs: g.arcs.map(p => p.map(r => r.map(renumber))) })) } },
};
mkdirSync('target/outlines', { recursive: true });
writeFileSync('target/outlines/countries.json', JSON.stringify(topology));
