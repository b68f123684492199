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

// One field of one thing, in place of what it was or new, or left out; all else of the text stays as it is. Undefined when the text is
// written in a way that is not understood here.
export function withField(yaml: string, thing: string, field: string, value: string | undefined): string | undefined {
  const lines = yaml.split('\n');
  const head = lines.findIndex(l => /^things:\s*(#.*)?$/.test(l));
  if (head < 0) return undefined;
  const indent = lines.slice(head + 1).find(l => /^\s*[^\s#]/.test(l))?.match(/^( *)- /)?.[1]?.length;
  if (indent === undefined) return undefined;
  const depth = (l: string) => l.match(/^ */)![0].length;
  const content = (l: string) => /^\s*[^\s#]/.test(l);
  for (let from = head + 1; from < lines.length; from++) {
    const first = lines[from]!;
    if (content(first) && depth(first) < indent) break;
    if (!(depth(first) === indent && first.startsWith('- ', indent))) continue;
    let to = from + 1;
    while (to < lines.length && !(content(lines[to]!) && depth(lines[to]!) <= indent)) to++;
    while (to > from + 1 && !content(lines[to - 1]!)) to--;
    const item = lines.slice(from, to);
    const changed = first.startsWith('- {', indent) ? flowField(item.join('\n'), thing, field, value) : blockField(item, indent + 2, thing, field, value);
    if (changed !== undefined) return [...lines.slice(0, from), changed, ...lines.slice(to)].join('\n');
  }
  return undefined;
}

function blockField(item: string[], indent: number, thing: string, field: string, value: string | undefined): string | undefined {
  const key = (line: string, i: number) => (i === 0 || /^ *$/.test(line.slice(0, indent))) ? line.slice(indent).match(/^([\w-]+):/)?.[1] : undefined;
  const at = (name: string) => item.findIndex((l, i) => key(l, i) === name);
  const end = (start: number) => { let i = start + 1; while (i < item.length && key(item[i]!, i) === undefined) i++; return i; };
  if (at('id') < 0 || !new RegExp(`^id: *["']?${thing}["']?\\s*(#.*)?$`).test(item[at('id')]!.slice(indent))) return undefined;
  const old = at(field), line = `${' '.repeat(indent)}${field}: ${value}`;
  if (old === 0) return undefined;
  if (old > 0) return [...item.slice(0, old), ...(value === undefined ? [] : [line]), ...item.slice(end(old))].join('\n');
  if (value === undefined) return item.join('\n');
  const behind = end(Math.max(at('id'), at('title')));
  return [...item.slice(0, behind), line, ...item.slice(behind)].join('\n');
}

function flowField(item: string, thing: string, field: string, value: string | undefined): string | undefined {
  const fields = flowParts(item);
  if (!fields?.some(([from, to]) => new RegExp(`^\\s*id: *["']?${thing}["']?\\s*$`).test(item.slice(from, to)))) return undefined;
  const old = fields.findIndex(([from, to]) => item.slice(from, to).trim().startsWith(`${field}:`));
  const last = fields.at(-1)!;
  if (old < 0) return value === undefined ? item : `${item.slice(0, last[1]).trimEnd()}, ${field}: ${value} ${item.slice(last[1])}`;
  const [from, to] = fields[old]!;
  if (value === undefined) return old === 0 ? undefined : item.slice(0, from - 1) + (to === last[1] ? ' ' : '') + item.slice(to);
  const spaced = item.slice(from, to);
  return item.slice(0, from) + spaced.match(/^\s*/)![0] + `${field}: ${value}` + spaced.match(/\s*$/)![0] + item.slice(to);
}

// Where the fields of a map in braces begin and end, quotes and inner braces respected.
function flowParts(item: string): [number, number][] | undefined {
  const open = item.indexOf('{'), found: [number, number][] = [];
  let depth = 0, from = open + 1, quote = '';
  for (let i = open; i < item.length; i++) {
    const c = item[i]!;
    if (quote) { if (c === '\\' && quote === '"') i++; else if (c === quote) quote = ''; continue; }
    if (c === '"' || c === "'") quote = c;
    else if (c === '#' && /\s/.test(item[i - 1] ?? '')) { while (i < item.length && item[i] !== '\n') i++; }
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') { depth--; if (depth === 0) { found.push([from, i]); return found; } }
    else if (c === ',' && depth === 1) { found.push([from, i]); from = i + 1; }
  }
  return undefined;
}

// One more plan at the end of their list.
export const withPlan = (yaml: string, plan: { id: string; title: string; image: string }) =>
  append(yaml.endsWith('\n') ? yaml : `${yaml}\n`, 'plans', [`- { id: ${plan.id}, title: ${text(plan.title)}, image: ${plan.image} }`]);

// A name of the site file made from what a person wrote, not one of those that are taken.
export function nameFrom(written: string, taken: ReadonlySet<string>): string {
  const first = written.normalize('NFD').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '').slice(0, 40) || 'plan';
  for (let n = 2, tried = first; ; tried = `${first}_${n++}`) if (!taken.has(tried)) return tried;
}
