// What may stand where the caret is in a site file, from its JSON schema: words to choose from, and what the field means. Pure.
export type Schema = {
  $ref?: string; $defs?: Record<string, Schema>; type?: string | string[]; description?: string; enum?: (string | number | boolean)[]; const?: unknown;
  default?: unknown; properties?: Record<string, Schema>; additionalProperties?: boolean | Schema; items?: boolean | Schema; allOf?: Schema[]; anyOf?: Schema[]; oneOf?: Schema[];
};

// Where the caret stands: `path` leads to the map (for a key) or to the field (for a value); an item of a list is ''.
export type Spot = { path: string[]; kind: 'key' | 'value' | 'comment'; word: string; from: number };
export type Offer = { from: number; words: { word: string; help: string; insert: string }[] };
// What the file itself or the node knows: ids by the list that they stand in.
export type Known = { connectors: readonly string[]; kinds: readonly string[]; profiles: readonly string[]; paths: readonly string[] };

type Level = { indent: number; name: string };
type Flow = { name: string; list: boolean };

export function spotAt(text: string, caret: number): Spot {
  const block: Level[] = [], flow: Flow[] = [];
  let quote = '', token = '', key: string | undefined, tokenAt = 0, comment = false;
  let offset = 0;
  for (const line of text.slice(0, caret).split('\n')) {
    comment = false;
    let i = 0;
    if (!flow.length && !quote) {
      token = ''; key = undefined;
      i = line.length - line.trimStart().length;
      tokenAt = offset + i;
      if (i < line.length || offset + line.length === caret) {
        for (;;) {
          const dash = /^-(\s+|$)/.exec(line.slice(i));
          while (block.length && (block.at(-1)!.indent > i || (block.at(-1)!.indent === i && (!dash || block.at(-1)!.name === '')))) block.pop();
          if (!dash) break;
          block.push({ indent: i, name: '' });
          i += dash[0].length;
          tokenAt = offset + i;
          if (i >= line.length) break;
        }
        const named = /^"?([\w.-]+)"?\s*:(\s+|$)/.exec(line.slice(i));
        if (named) { block.push({ indent: i, name: named[1]! }); key = named[1]; i += named[0].length; tokenAt = offset + i; }
      }
    }
    for (; i < line.length; i++) {
      const c = line[i]!;
      if (quote) { if (c === quote) quote = ''; token += c; continue; }
      if (c === '#' && (i === 0 || /\s/.test(line[i - 1]!))) { comment = true; break; }
      if (c === '"' || c === "'") { quote = c; token += c; }
      else if (c === '{' || c === '[') { flow.push({ name: flow.length ? key ?? '' : '', list: c === '[' }); token = ''; key = undefined; tokenAt = offset + i + 1; }
      else if (c === '}' || c === ']') { flow.pop(); token = ''; key = undefined; tokenAt = offset + i + 1; }
      else if (c === ',' && flow.length) { token = ''; key = undefined; tokenAt = offset + i + 1; }
      else if (c === ':' && flow.length && /^\s|^$/.test(line.slice(i + 1, i + 2))) { key = token.trim(); token = ''; tokenAt = offset + i + 1; }
      else if (/\s/.test(c) && token === '') tokenAt = offset + i + 1;
      else token += c;
    }
    offset += line.length + 1;
  }
  const path = block.map(l => l.name);
  // The first bracket opens the value of the block's own key or item; deeper ones are below a key of the one around them.
  flow.forEach((f, n) => { if (n > 0) path.push(f.name); if (f.list) path.push(''); });
  if (comment) return { path, kind: 'comment', word: '', from: caret };
  const inFlow = flow.at(-1);
  const value = inFlow ? inFlow.list || key !== undefined : key !== undefined;
  if (inFlow && !inFlow.list && key !== undefined) path.push(key);
  return { path: path.filter((name, n) => !(name === '' && path[n - 1] === '')), kind: value ? 'value' : 'key', word: token, from: tokenAt };
}

// Every schema that holds for a place; what is chosen between is taken together.
function resolved(root: Schema, node: Schema | boolean | undefined, depth = 0): Schema[] {
  if (node === undefined || typeof node === 'boolean' || depth > DEPTH_MAX) return [];
  const parts = [...node.allOf ?? [], ...node.anyOf ?? [], ...node.oneOf ?? []].flatMap(n => resolved(root, n, depth + 1));
  const pointed = node.$ref ? resolved(root, root.$defs?.[node.$ref.replace('#/$defs/', '')], depth + 1) : [];
  return [node, ...pointed, ...parts];
}
const DEPTH_MAX = 8;

export function schemaAt(root: Schema, path: readonly string[]): Schema[] {
  let here = resolved(root, root);
  for (const name of path) {
    here = here.flatMap(node => name === '' ? resolved(root, node.items) : resolved(root, node.properties?.[name] ?? (node.properties && name in node.properties ? undefined : node.additionalProperties)));
  }
  return here;
}

const helpOf = (nodes: readonly Schema[]) => {
  const said = nodes.find(n => n.description)?.description ?? '';
  const kind = nodes.map(n => n.enum ? n.enum.join(' | ') : Array.isArray(n.type) ? '' : n.type ?? '').find(Boolean) ?? '';
  const otherwise = nodes.find(n => n.default !== undefined)?.default;
  return [said, kind && `(${kind})`, otherwise !== undefined && `= ${String(otherwise)}`].filter(Boolean).join(' ');
};

export function offerAt(root: Schema, text: string, caret: number, known: Known): Offer {
  const spot = spotAt(text, caret), nodes = schemaAt(root, spot.path), last = spot.path.at(-1);
  if (spot.kind === 'comment') return { from: caret, words: [] };
  const begun = spot.word.replace(/^["']/, '').toLowerCase();
  const rest = text.slice(caret).split('\n', 1)[0]!;
  if (spot.kind === 'key') {
    const words = [...new Set(nodes.flatMap(n => Object.keys(n.properties ?? {})))].filter(w => w.startsWith(begun) && w !== begun);
    return { from: spot.from, words: words.map(word => ({ word, help: helpOf(schemaAt(root, [...spot.path, word])), insert: /^\s*:/.test(rest) ? word : `${word}: ` })) };
  }
  const own = last === 'connector' ? known.connectors : last === 'kind' ? known.kinds : last === 'profile' ? known.profiles : ['from', 'to', 'property'].includes(last ?? '') ? known.paths : [];
  const words = [...own, ...nodes.flatMap(n => n.enum?.map(String) ?? (n.type === 'boolean' ? ['true', 'false'] : []))];
  return { from: spot.from, words: [...new Set(words)].filter(w => w.toLowerCase().startsWith(begun) && w !== spot.word).map(word => ({ word, help: '', insert: word })) };
}

// What the field at the caret means; empty where the schema says nothing.
export function helpAt(root: Schema, text: string, caret: number): { path: string; help: string } {
  const line = text.slice(0, caret).lastIndexOf('\n') + 1;
  const spot = spotAt(text, caret);
  // On a key that is written already the help is about that key.
  const whole = spot.kind === 'key' ? /^[\w-]*/.exec(text.slice(Math.max(spot.from, line)))?.[0] ?? '' : '';
  const path = whole ? [...spot.path, whole] : spot.path;
  return { path: path.filter(Boolean).join(' › '), help: path.length ? helpOf(schemaAt(root, path)) : '' };
}
