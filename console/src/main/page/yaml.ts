// Changes of a site file as text, so that a person's comments and order stay: a machine is put in at the end of its list. Pure.

export type NewRegister = { name: string; at: string; type: string; unit: string };
export type LineType = 'modbus_tcp' | 'modbus_rtu' | 'dsmr_p1';
export type NewMachine = {
  id: string; title: string; unit?: number; profile?: string; registers: NewRegister[];
  line: { id: string } | { id: string; type: LineType; address: string; baud?: number; mode?: string };
};

export const NAME = /^[a-z][a-z0-9_]{0,62}$/;

// What has a meaning in YAML is quoted.
const text = (value: string) => /^[A-Za-zÀ-ÿ0-9_][A-Za-zÀ-ÿ0-9_ ()/.-]*$/.test(value) && !/^(true|false|null|yes|no|on|off|~|[\d.]+)$/i.test(value) && !value.endsWith(' ')
  ? value : JSON.stringify(value);

export function withMachine(yaml: string, machine: NewMachine): string {
  let out = yaml.endsWith('\n') ? yaml : `${yaml}\n`;
  if ('type' in machine.line) {
    const field = machine.line.type === 'dsmr_p1' ? 'port' : 'endpoint';
    const speed = machine.line.baud === undefined ? '' : `, baud: ${machine.line.baud}, mode: ${machine.line.mode ?? '8N1'}`;
    out = append(out, 'connectors', [`- { id: ${machine.line.id}, type: ${machine.line.type}, ${field}: ${JSON.stringify(machine.line.address)}${speed} }`]);
  }
  const lines = [`- id: ${machine.id}`];
  if (machine.title) lines.push(`  title: ${text(machine.title)}`);
  if (machine.profile) lines.push(`  profile: ${machine.profile}`);
  lines.push(`  connector: ${machine.line.id}`);
  if (machine.unit !== undefined) lines.push(`  unit: ${machine.unit}`);
  if (machine.registers.length) {
    lines.push('  properties:');
    for (const r of machine.registers)
      lines.push(`    ${r.name}: { type: ${r.type}, ${r.unit ? `unit: ${text(r.unit)}, ` : ''}at: ${JSON.stringify(r.at)}, every: 5s }`);
  }
  return append(out, 'things', lines);
}

// At the end of a top-level list, in its own indentation; the list is made where there is none.
export function append(yaml: string, list: string, item: string[]): string {
  const lines = yaml.split('\n');
  const head = lines.findIndex(l => new RegExp(`^${list}:`).test(l));
  if (head < 0) return `${yaml.replace(/\n*$/, '\n')}${list}:\n${item.map(l => `  ${l}`).join('\n')}\n`;
  if (/^\w+:\s*\[\s*\]/.test(lines[head]!)) lines[head] = `${list}:`;
  let end = head + 1;
  for (let i = head + 1; i < lines.length; i++) {
    if (/^[^\s#-]/.test(lines[i]!)) break;
    if (/^\s*[^\s#]/.test(lines[i]!)) end = i + 1;
  }
  const first = lines.slice(head + 1, end).find(l => /^\s*- /.test(l));
  const indent = first?.match(/^\s*/)?.[0] ?? '  ';
  lines.splice(end, 0, ...item.map(l => indent + l));
  return lines.join('\n');
}

export const idsOf = (yaml: string, list: string): { id: string; type?: string }[] => {
  const lines = yaml.split('\n');
  const head = lines.findIndex(l => new RegExp(`^${list}:`).test(l));
  if (head < 0) return [];
  const rest = lines.slice(head + 1);
  const next = rest.findIndex(l => /^[^\s#-]/.test(l));
  const found: { id: string; type?: string }[] = [];
  for (const line of next < 0 ? rest : rest.slice(0, next)) {
    const id = line.match(/^\s*- .*?\bid: *"?(\w+)/)?.[1] ?? line.match(/^\s*-\s+id: *"?(\w+)/)?.[1];
    if (id) found.push({ id });
    const type = line.match(/\btype: *"?(\w+)/)?.[1];
    const last = found.at(-1);
    if (type && last && last.type === undefined) last.type = type;
  }
  return found;
};

// The running revision in place of the one that a former file names, so that it may be applied again.
export const withRevision = (yaml: string, revision: number) => yaml.replace(/^revision:.*$/m, `revision: ${revision}`);
