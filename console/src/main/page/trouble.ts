// What is wrong at a site, the worst first. Pure.
import type { Cell, ConnectorHealth, Site, Thing } from './api';

export type Trouble =
  | { kind: 'site'; weight: number; text: string }
  | { kind: 'disk'; weight: number; disk: 'control_only' | 'dead'; text: string }
  | { kind: 'line'; weight: number; connector: ConnectorHealth }
  | { kind: 'write'; weight: number; thing: Thing; cell: Cell; write: 'refused' | 'unreachable' | 'differs' | 'left' }
  | { kind: 'missing'; weight: number; thing: Thing; cells: Cell[]; since: string; cause: string }
  | { kind: 'bad'; weight: number; thing: Thing; cell: Cell }
  | { kind: 'service'; weight: number; thing: Thing; cell: Cell };

const WRITES = new Set(['refused', 'unreachable', 'differs', 'left']);

// Whether a value has something that `troubles` tells of.
export const isIll = (cell: Cell) => cell.missing_since !== undefined || cell.quality === 'bad' || cell.out_of_service !== undefined || (cell.write !== undefined && WRITES.has(cell.write));

export function troubles(things: readonly Thing[], cells: ReadonlyMap<string, Cell>, site: Pick<Site, 'trouble' | 'disk'>, connectors: readonly ConnectorHealth[]): Trouble[] {
  const found: Trouble[] = [];
  if (site.disk === 'control_only' || site.disk === 'dead') found.push({ kind: 'disk', weight: 0, disk: site.disk, text: site.trouble ?? '' });
  else if (site.trouble) found.push({ kind: 'site', weight: 0, text: site.trouble });
  for (const connector of connectors) if (!connector.up) found.push({ kind: 'line', weight: 2, connector });
  for (const thing of things) {
    const missing = new Map<string, Cell[]>();
    let serviceSaid = false;
    for (const stale of thing.properties) {
      const cell = cells.get(stale.property) ?? stale;
      if (cell.out_of_service !== undefined && !serviceSaid) {
        found.push({ kind: 'service', weight: 5, thing, cell });
        serviceSaid = true;
      }
      if (cell.missing_since) missing.set(cell.missing_since + (cell.missing_cause ?? ''), [...missing.get(cell.missing_since + (cell.missing_cause ?? '')) ?? [], cell]);
      else if (cell.quality === 'bad') found.push({ kind: 'bad', weight: 4, thing, cell });
      if (cell.write && WRITES.has(cell.write) && cell.out_of_service === undefined)
        found.push({ kind: 'write', weight: 1, thing, cell, write: cell.write as 'refused' | 'unreachable' | 'differs' | 'left' });
    }
    for (const group of missing.values())
      found.push({ kind: 'missing', weight: 3, thing, cells: group, since: group[0]!.missing_since!, cause: group[0]!.missing_cause ?? '' });
  }
  return found.sort((a, b) => a.weight - b.weight);
}
