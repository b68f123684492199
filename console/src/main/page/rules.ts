// Rules as sentences in the reader's language, from their parts; what can not be said plainly stays as it is written. Pure.
import type { Cell, Rule, RuleStep, RuleTold } from './api';
import type { Format } from './format';

export type Names = { title: (path: string) => string; cell: (path: string) => Cell | undefined };

// The parts of a condition between operators that stand in no bracket and no quotes.
function split(text: string, operator: string): string[] {
  const found: string[] = [];
  let depth = 0, quote = '', from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote) { if (c === '\\') i++; else if (c === quote) quote = ''; }
    else if (c === '"' || c === "'") quote = c;
    else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (depth === 0 && text.startsWith(operator, i)) { found.push(text.slice(from, i)); i += operator.length - 1; from = i + 1; }
  }
  return [...found, text.slice(from)].map(p => p.trim());
}

const PATH = '[a-z]\\w*\\.[a-z]\\w*';
const COMPARED = new RegExp(`^(${PATH})\\s*(<=|>=|==|!=|<|>)\\s*(-?\\d+(?:\\.\\d+)?|true|false|"[^"\\\\]*"|'[^'\\\\]*'|${PATH})$`);

export function conditionWords(text: string, format: Format, names: Names): string {
  const { rules: w } = format.words;
  const any = split(text, '||');
  // "a && b || c" read aloud says nothing of what belongs together; only one kind of joint is put in words.
  if (any.length > 1) return any.some(p => split(p, '&&').length > 1) ? text : any.map(p => clause(p, format, names)).join(w.or);
  return split(text, '&&').map(p => clause(p, format, names)).join(w.and);
}

function clause(text: string, format: Format, names: Names): string {
  const { rules: w } = format.words;
  if (text === 'true') return w.always;
  const flag = new RegExp(`^(!?)\\s*(${PATH})$`).exec(text), seen = flag && names.cell(flag[2]!);
  if (flag && seen?.type === 'flag') return format.fill(w.is, { name: names.title(flag[2]!), value: format.value(seen, flag[1] === '') });
  const compared = COMPARED.exec(text), cell = compared && names.cell(compared[1]!);
  if (!compared || !cell) return text;
  const [, path = '', operator = '', right = ''] = compared;
  const word = { '<': w.below, '>': w.above, '<=': w.atMost, '>=': w.atLeast, '==': w.is, '!=': w.isNot }[operator]!;
  const value = right === 'true' || right === 'false' ? format.value(cell, right === 'true')
    : /^["']/.test(right) ? right.slice(1, -1).replaceAll('_', ' ')
    : /^-?\d/.test(right) ? format.withUnit({ type: cell.type, ...(cell.unit ? { unit: cell.unit } : {}) }, Number(right)) : names.cell(right) ? names.title(right) : undefined;
  return value === undefined ? text : format.fill(word, { name: names.title(path), value });
}

// `1h30min` with spaces between what it is made of.
const span = (time: string) => time.replace(/([a-z])(?=\d)/g, '$1 ').replace(/(\d)(?=[a-z])/g, '$1\u202f');

export function stepWords(step: RuleStep, format: Format, names: Names): string {
  const { rules: w } = format.words, name = step.property ? names.title(step.property) : '';
  switch (step.do) {
    case 'hold': {
      const cell = names.cell(step.property ?? '');
      const asked = step.value === undefined ? step.asks : cell ? format.withUnit(cell, step.value) : step.asks;
      if (asked === undefined) return step.text;
      const computed = /^what (.+) gives$/.exec(step.value === undefined ? asked : '');
      const what = computed ? format.fill(w.computes, { name, value: computed[1]! }) : format.fill(w.sets, { name, value: asked });
      if (step.for) return format.fill(w.forTime, { what, time: span(step.for) });
      if (step.linger) return format.fill(w.lingers, { what, time: span(step.linger) });
      if (step.until) return format.fill(w.untilThat, { what, that: conditionWords(step.until, format, names) });
      return step.until_released ? format.fill(w.untilReleased, { what }) : what;
    }
    case 'release': return format.fill(w.lets, { name });
    case 'mode': return format.fill(w.goes, { mode: step.mode ?? '' });
    case 'invoke': return format.fill(w.invokes, { name: (step.action ?? '').replaceAll('_', ' ') });
    case 'raise': return format.fill(w.raises, { text: step.says ?? '' });
    case 'tell': return format.fill(w.tells, { text: step.says ?? '' });
    case 'wait': return format.fill(w.waits, { time: span(step.time ?? '') });
    case 'await': return format.fill(w.awaits, { what: conditionWords(step.condition ?? '', format, names) });
    default: return step.text;
  }
}

export function ruleWords(rule: Rule, format: Format, names: Names): string {
  const { rules: w } = format.words;
  const all = (steps: readonly RuleStep[]) => steps.map(s => stepWords(s, format, names)).join(w.next);
  const inModes = (what: string) => rule.modes?.length ? format.fill(w.inModes, { modes: rule.modes.join(w.or), what }) : what;
  if (rule.kind === 'schedule') {
    const path = rule.works[0] ?? '', cell = names.cell(path);
    const points = (rule.points ?? []).map(p => format.fill(w.point, { value: p.value === undefined ? w.nothing : cell ? format.withUnit(cell, p.value) : p.shown ?? '', at: p.at })).join(', ');
    return inModes(format.fill(w.byClock, { name: names.title(path), points }));
  }
  const what = rule.when === undefined ? '' : conditionWords(rule.when, format, names);
  const times = rule.at?.length ? format.fill(w.at, { times: rule.at.join(', ') }) : '';
  const begun = times && what ? format.fill(w.iff, { times, what }) : times || format.fill(w.when, { what });
  const when = rule.for ? format.fill(w.lasts, { what: begun, time: span(rule.for) }) : begun;
  return [
    inModes(format.fill(w.then, { when, what: all(rule.then ?? []) })),
    rule.until && format.fill(w.ends, { what: conditionWords(rule.until, format, names) }),
    rule.else?.length && format.fill(w.otherwise, { what: all(rule.else) }),
  ].filter(Boolean).join(' ');
}

// What keeps a rule from acting, or why it acts, in one line.
export function whyNotWords(rule: RuleTold, mode: string, now: number, format: Format, names: Names): string {
  const { rules: w } = format.words;
  const at = (time: string | undefined) => time ? format.at(Date.parse(time), now) : '';
  const parts = { since: at(rule.since), next: at(rule.next) };
  if (rule.state === undefined) return w.notYet;
  switch (rule.state) {
    case 'off': return format.fill(w.offWhy, { reason: rule.reason ?? '' });
    case 'asleep': return format.fill(w.asleepWhy, { mode, modes: (rule.modes ?? []).join(w.or) });
    case 'limited': return format.fill(w.limitedWhy, parts);
    case 'met': return format.fill(w.metWhy, parts);
    case 'active': return format.fill(w.activeWhy, { since: at(rule.last_fired ?? rule.since) });
    case 'waiting': return w.waitingWhy;
    case 'idle': case 'unsure': {
      const missing = (rule.condition ?? []).filter(p => p.met !== 'yes');
      if (missing.length) return format.fill(w.idleWhy, { what: missing.map(p => format.fill(p.met === 'no' ? w.partNot : w.partUnknown, { what: conditionWords(p.text, format, names) })).join(', ') });
      return rule.at?.length || rule.kind === 'schedule' || !rule.condition?.length ? w.idleTime : w.idleMet;
    }
  }
}
