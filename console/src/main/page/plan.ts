// Where machines stand, and what of each is shown there. Pure.
import type { Cell, Plans, Thing } from './api';
import { troubles, type Trouble } from './trouble';

// A place on a plan is [x, y] as shares from the left and the top; on earth it is [latitude, longitude].
export type At = readonly [number, number];
export type Ground = { kind: 'plan'; id: string } | { kind: 'map' };
// What was moved and is not applied yet; nobody stands where it is null. The keys are things.
export type Moves = { places: Readonly<Record<string, { plan: string; at: At } | null>>; positions: Readonly<Record<string, At | null>> };
export const NO_MOVES: Moves = { places: {}, positions: {} };

// The value that stands beside a machine: the first that it has, but for where it is and what is private.
export const mainOf = (thing: Thing): Cell | undefined =>
  thing.properties.find(p => !p.private && p.type !== 'position') ?? thing.properties[0];

// What a machine says itself of where it is, newest first known.
export function livePosition(thing: Thing, cells: ReadonlyMap<string, Cell>): At | undefined {
  for (const p of thing.properties) {
    if (p.type !== 'position' || p.private) continue;
    const [latitude, longitude] = String(cells.get(p.property)?.value ?? '').split(',').map(Number);
    if (latitude !== undefined && longitude !== undefined && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return [latitude, longitude];
  }
  return undefined;
}

export type Spot = { thing: Thing; at: At; live: boolean };

// Who stands on this ground: as the site file says, as was moved since, and where a machine says it itself, there.
export function spotsOn(ground: Ground, plans: Plans, moves: Moves, things: readonly Thing[], cells: ReadonlyMap<string, Cell>): Spot[] {
  const found: Spot[] = [];
  for (const thing of things) {
    if (ground.kind === 'plan') {
      const written = plans.places.find(p => p.thing === thing.id);
      const place = thing.id in moves.places ? moves.places[thing.id] : written && { plan: written.plan, at: [written.x, written.y] as At };
      if (place?.plan === ground.id) found.push({ thing, at: place.at, live: false });
      continue;
    }
    const told = livePosition(thing, cells), written = plans.positions.find(p => p.thing === thing.id);
    const at = told ?? (thing.id in moves.positions ? moves.positions[thing.id] : written && [written.latitude, written.longitude] as At);
    if (at) found.push({ thing, at, live: told !== undefined });
  }
  return found;
}

// The worst that is wrong with one machine.
export const worstOf = (thing: Thing, cells: ReadonlyMap<string, Cell>): Trouble | undefined => troubles([thing], cells, {}, [])[0];

const PLAN_DIGITS = 3, EARTH_DIGITS = 5;
const round = (n: number, digits: number) => Number(n.toFixed(digits));

// Within the picture, or on earth, and no finer than anybody can see.
export function kept(ground: Ground, [a, b]: At): At {
  if (ground.kind === 'plan') return [round(Math.min(1, Math.max(0, a)), PLAN_DIGITS), round(Math.min(1, Math.max(0, b)), PLAN_DIGITS)];
  const turned = ((b + 180) % 360 + 360) % 360 - 180;
  return [round(Math.min(90, Math.max(-90, a)), EARTH_DIGITS), round(turned, EARTH_DIGITS)];
}

export const placeText = (plan: string, [x, y]: At) => `{ plan: ${plan}, x: ${x}, y: ${y} }`;
export const positionText = ([latitude, longitude]: At) => `[${latitude}, ${longitude}]`;
