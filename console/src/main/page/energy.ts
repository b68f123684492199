// Sums of what meters counted. Pure.
import type { Bucket, Cell, EnergyLink, EnergyRow, EnergyTariff, Rolled, Thing } from './api';

// kWh in one of each unit that a register of energy may have.
const KWH: Record<string, number> = { 'kW.h': 1, kWh: 1, 'W.h': 0.001, Wh: 0.001, 'MW.h': 1000, MWh: 1000 };
const KW: Record<string, number> = { kW: 1, W: 0.001, MW: 1000 };
export const kwhOf = (unit: string | undefined) => unit === undefined ? undefined : KWH[unit];
export const kwOf = (unit: string | undefined) => unit === undefined ? undefined : KW[unit];

export type Meter = { thing: Thing; cell: Cell; power?: Cell };
// Registers that count energy, each with the power of the same machine where it tells it.
export const metersOf = (things: readonly Thing[]): Meter[] => things.flatMap(thing => thing.properties
  .filter(c => c.type === 'register' && !c.private && kwhOf(c.unit) !== undefined)
  .map(cell => {
    const power = thing.properties.find(c => c.type === 'number' && !c.private && kwOf(c.unit) !== undefined);
    return { thing, cell, ...(power ? { power } : {}) };
  }));

export type Bar = { from: number; to: number; kwh: number | undefined };
export const bars = (buckets: readonly Bucket[], unit: string | undefined): Bar[] => buckets.map(b => ({
  from: Date.parse(b.from), to: Date.parse(b.to),
  kwh: b.count > 0 && b.consumption !== undefined ? b.consumption * (kwhOf(unit) ?? 1) : undefined,
}));

export type Sum = { total: number; most: Bar | undefined; perDay: number };
export function sum(all: readonly Bar[], now: number): Sum {
  const known = all.filter((b): b is Bar & { kwh: number } => b.kwh !== undefined);
  const total = known.reduce((t, b) => t + b.kwh, 0);
  const first = all[0], last = all.at(-1);
  const days = first && last ? (Math.min(now, last.to) - first.from) / 86_400_000 : 0;
  return { total, most: known.reduce<(Bar & { kwh: number }) | undefined>((m, b) => m && m.kwh >= b.kwh ? m : b, undefined), perDay: days > 0 ? total / days : 0 };
}

// The highest power that was read, and when its bucket began.
export function peakPower(rolled: Pick<Rolled, 'buckets'>, unit: string | undefined): { kw: number; at: number } | undefined {
  let best: Bucket | undefined;
  for (const b of rolled.buckets) if (b.max !== undefined && (best === undefined || b.max > best.max!)) best = b;
  return best ? { kw: best.max! * (kwOf(unit) ?? 1), at: Date.parse(best.from) } : undefined;
}

// Round steps for the axis: 1, 2 or 5 and a power of ten.
export function niceTop(most: number): { top: number; step: number } {
  if (!(most > 0)) return { top: 1, step: 0.5 };
  const rough = most / 3, size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(n => n * size).find(s => s >= rough)!;
  return { top: Math.ceil(most / step - 1e-9) * step, step };
}

// ---- what it costs

// The names of the prices of all rows, in the order in which they first come: the same colour for each everywhere.
export const partNames = (rows: readonly EnergyRow[]): string[] => [...new Set(rows.flatMap(r => r.parts.map(p => p.name)))];

export type Stack = { from: number; to: number; kwh: number; cost: number; parts: { name: string; kwh: number; below: number }[]; known: boolean };
// One bar for each row, its prices on top of each other.
export const stacks = (rows: readonly EnergyRow[], names: readonly string[]): Stack[] => rows.map(r => {
  let below = 0;
  const parts = names.map(name => {
    const kwh = r.parts.find(p => p.name === name)?.kwh ?? 0, part = { name, kwh, below };
    below += Math.max(0, kwh);
    return part;
  }).filter(p => p.kwh > 0);
  return { from: Date.parse(r.from), to: Date.parse(r.to), kwh: r.import_kwh, cost: r.cost.total, parts, known: r.parts.length > 0 };
});

// How much more, as a share of the former; none where there was nothing.
export const change = (now: number, before: number | undefined): number | undefined => before === undefined || Math.abs(before) < 0.005 ? undefined : (now - before) / Math.abs(before);

// What a link saved with one tariff over the span that was asked for.
export function savedBy(link: EnergyLink, tariff: Pick<EnergyTariff, 'id'>): { energy: number; capacity: [least: number, most: number] | undefined; peak: { with: number; least: number; most: number } | undefined } | undefined {
  const found = link.tariffs?.find(t => t.id === tariff.id);
  if (!found) return undefined;
  const charged = found.months.filter(m => m.capacity_saved !== undefined);
  const most = found.months.reduce<(typeof found.months)[number] | undefined>((a, b) => a && a.without_kw >= b.without_kw ? a : b, undefined);
  return {
    energy: found.energy_saved,
    capacity: charged.length ? [charged.reduce((sum, m) => sum + (m.capacity_saved_least ?? m.capacity_saved!), 0), charged.reduce((sum, m) => sum + m.capacity_saved!, 0)] : undefined,
    peak: most && { with: most.peak_kw, least: most.without_least_kw, most: most.without_kw },
  };
}
