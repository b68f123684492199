// The titles that people gave to things and their values.
import { useAround, useLive } from '../context';
import { thingOf, titleOf } from '../format';
import type { Names } from '../rules';

export function useNames(): Names {
  const { live } = useAround();
  const things = useLive(live, s => s.things);
  const properties = new Map(things.flatMap(t => t.properties.map(p => [p.property, `${titleOf(t)} · ${titleOf(p)}`] as const)));
  return { title: path => properties.get(path) ?? `${titleOf({ id: thingOf(path) })} · ${titleOf({ property: path })}`, cell: path => live.state.cells.get(path) };
}
