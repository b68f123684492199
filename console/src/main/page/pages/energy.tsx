export function EnergyPage(_: { path: string[] }) { return null; }
