// Where machines and links stand on the map: what is looked at on the left, what is switched on the right, and who is both in between.
// Pure: numbers in, numbers out.
import type { Link } from './api';
import { thingOf } from './format';

export type Place = { thing: string; column: number; x: number; y: number; width: number; height: number; ports: Port[] };
export type Port = { path: string; y: number };
export type Line = { link: Link; from: { x: number; y: number }; to: { x: number; y: number }; path: string; middle: { x: number; y: number } };
export type LinkLayout = { width: number; height: number; places: Place[]; lines: Line[] };

const HEAD = 38;
const ROW = 30;
const FOOT = 8;
const GAP_Y = 22;
const MARGIN = 6;
const LOOP = 34;

// Properties that a link looks at: its `from`, else the paths that its sentence names.
export function sourcesOf(link: Link, known: ReadonlySet<string>): string[] {
  if (link.from) return [link.from];
  const named = link.does.match(/[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*/g) ?? [];
  return [...new Set(named)].filter(path => known.has(path) && path !== link.to);
}

export function layOut(links: readonly Link[], known: ReadonlySet<string>, width: number): LinkLayout {
  const paths = new Map<string, Set<string>>();
  const edges: { link: Link; from: string; to: string }[] = [];
  const touch = (path: string) => { const t = thingOf(path); paths.set(t, (paths.get(t) ?? new Set()).add(path)); };
  for (const link of links) {
    touch(link.to);
    for (const from of sourcesOf(link, known)) { touch(from); edges.push({ link, from, to: link.to }); }
  }
  const columns = columnsOf([...paths.keys()], edges);
  const count = Math.max(0, ...columns.values()) + 1;
  // A line from a machine to itself bends out on its right.
  const right = edges.some(e => (columns.get(thingOf(e.from)) ?? 0) >= (columns.get(thingOf(e.to)) ?? 0) && columns.get(thingOf(e.from)) === count - 1) ? LOOP : 0;
  const inner = width - 2 * MARGIN - right;
  const cardWidth = Math.min(230, (inner - (count - 1) * 40) / count);
  const step = count > 1 ? (inner - cardWidth) / (count - 1) : 0;
  const heights: number[] = [];
  const places: Place[] = [];
  for (let column = 0; column < count; column++) {
    let y = MARGIN;
    for (const thing of inOrder([...paths.keys()].filter(t => columns.get(t) === column), edges, places)) {
      const own = [...paths.get(thing)!].sort();
      const height = HEAD + own.length * ROW + FOOT;
      places.push({ thing, column, x: MARGIN + column * step, y, width: cardWidth, height, ports: own.map((path, i) => ({ path, y: y + HEAD + i * ROW + ROW / 2 })) });
      y += height + GAP_Y;
    }
    heights.push(y - GAP_Y + MARGIN);
  }
  const height = Math.max(60, ...heights);
  // Shorter columns stand in the middle.
  for (const place of places) {
    const shift = (height - (heights[place.column] ?? height)) / 2;
    place.y += shift;
    for (const port of place.ports) port.y += shift;
  }
  return { width, height, places, lines: edges.map(edge => line(edge, places)) };
}

// A machine stands one column right of what it is switched by; a circle ends at as many columns as there are machines, at most three.
function columnsOf(things: string[], edges: { from: string; to: string }[]): Map<string, number> {
  const columns = new Map(things.map(t => [t, 0]));
  for (let round = 0; round < 2; round++)
    for (const { from, to } of edges) {
      const a = thingOf(from), b = thingOf(to);
      if (a !== b && columns.get(b)! <= columns.get(a)!) columns.set(b, Math.min(2, columns.get(a)! + 1));
    }
  const used = [...new Set(columns.values())].sort();
  for (const [thing, column] of columns) columns.set(thing, used.indexOf(column));
  return columns;
}

// Near those that they are joined to, so that few lines cross.
function inOrder(things: string[], edges: { from: string; to: string }[], before: Place[]): string[] {
  const middle = (thing: string) => {
    const ys = edges.filter(e => thingOf(e.to) === thing).flatMap(e => before.filter(p => p.thing === thingOf(e.from)).map(p => p.y));
    return ys.length ? ys.reduce((a, b) => a + b) / ys.length : Infinity;
  };
  return things.map(t => [t, middle(t)] as const).sort((a, b) => a[1] - b[1] || a[0].localeCompare(b[0])).map(([t]) => t);
}

function line(edge: { link: Link; from: string; to: string }, places: Place[]): Line {
  const a = places.find(p => p.thing === thingOf(edge.from))!;
  const b = places.find(p => p.thing === thingOf(edge.to))!;
  const y1 = a.ports.find(p => p.path === edge.from)!.y;
  const y2 = b.ports.find(p => p.path === edge.to)!.y;
  const same = a.column >= b.column;
  const from = { x: a.x + a.width, y: y1 };
  const to = { x: same ? b.x + b.width : b.x, y: y2 };
  const bend = same ? 36 : Math.max(20, (to.x - from.x) / 2);
  const c1 = from.x + bend, c2 = same ? to.x + bend : to.x - bend;
  return {
    link: edge.link, from, to,
    path: `M${from.x},${y1} C${c1},${y1} ${c2},${y2} ${to.x},${y2}`,
    middle: { x: (from.x + 3 * c1 + 3 * c2 + to.x) / 8, y: (y1 + y2) / 2 },
  };
}
