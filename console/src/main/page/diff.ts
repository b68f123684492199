// Two texts line by line (Myers' idea by a table, after equal beginnings and ends are cut off). Pure.
export type DiffLine = { kind: 'same' | 'out' | 'in'; text: string; line: number };

// Beyond this many changed lines on both sides the middle is shown as one block out and one in.
const TABLE_CELLS_MAX = 4_000_000;
const CONTEXT = 2;

export function diff(before: string, after: string): DiffLine[] {
  const a = before.split('\n'), b = after.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const middle = between(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head);
  const same = (text: string, i: number): DiffLine => ({ kind: 'same', text, line: i + 1 });
  return [
    ...a.slice(0, head).map(same), ...middle,
    ...b.slice(b.length - tail).map((text, i) => same(text, b.length - tail + i)),
  ];
}

function between(a: string[], b: string[], offset: number): DiffLine[] {
  const out = (i: number): DiffLine => ({ kind: 'out', text: a[i]!, line: offset + i + 1 });
  const into = (j: number): DiffLine => ({ kind: 'in', text: b[j]!, line: offset + j + 1 });
  if (a.length * b.length > TABLE_CELLS_MAX) return [...a.map((_, i) => out(i)), ...b.map((_, j) => into(j))];
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i]![j] = a[i] === b[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  const lines: DiffLine[] = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { lines.push({ kind: 'same', text: a[i]!, line: offset + j + 1 }); i++; j++; }
    else if (i < a.length && (j === b.length || common[i + 1]![j]! >= common[i]![j + 1]!)) lines.push(out(i++));
    else lines.push(into(j++));
  }
  return lines;
}

// Only what changed, with a little around it; `undefined` stands where lines are left out.
export function changesOnly(lines: readonly DiffLine[]): (DiffLine | undefined)[] {
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(l => l.kind !== 'same'));
  const shown: (DiffLine | undefined)[] = [];
  lines.forEach((line, i) => {
    if (near[i]) shown.push(line);
    else if (shown.length && shown.at(-1) !== undefined) shown.push(undefined);
  });
  return shown;
}
