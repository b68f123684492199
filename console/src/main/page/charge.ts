// Who is in charge, out of the server's words: `anna (manual) until 18:02:00`, `nobody: its fallback`, `its minimum time until 18:02:00`.
// What is not recognised is shown as it is. Pure.
import type { HoldLine } from './api';
import type { Words } from './words/words';

export type InCharge = { who: string; priority?: string; until?: string; kind: 'nobody' | 'fallback' | 'minimum' | 'service' | 'somebody' };

export function inCharge(text: string): InCharge {
  if (text.startsWith('nobody: out of service')) return { who: '', kind: 'service' };
  if (text.startsWith('nobody: its fallback')) return { who: '', kind: 'fallback' };
  if (text === 'nobody' || text === '') return { who: '', kind: 'nobody' };
  const found = text.match(/^(.+?)(?: \((\w+)\))?(?: until ([\d: -]+))?(?: \(a bound\))?$/);
  if (!found) return { who: text, kind: 'somebody' };
  const [, who = text, priority, until] = found;
  return {
    who, kind: who === 'its minimum time' ? 'minimum' : 'somebody',
    ...(priority ? { priority } : {}), ...(until ? { until: short(until) } : {}),
  };
}

// `18:02:00` is 18:02; one of another day keeps its day.
const short = (time: string) => time.trim().replace(/(\d\d:\d\d):\d\d$/, '$1');

export function whoWords(words: Words, text: string): string {
  const charge = inCharge(text);
  switch (charge.kind) {
    case 'nobody': return words.nobody;
    case 'fallback': return words.nobodyFallback;
    case 'minimum': return words.minimumTime;
    case 'service': return words.outOfService;
    case 'somebody': return charge.who.replaceAll('_', ' ');
  }
}

const order = ['protect', 'manual', 'operate', 'comfort', 'economy', 'suggest', 'fallback'] as const;
export const isPriority = (word: string): word is (typeof order)[number] => (order as readonly string[]).includes(word);
export const priorityWords = (words: Words, priority: string | undefined) => priority && isPriority(priority) ? words.priority[priority] : priority ?? '';

// Highest first, as the site decides.
export const byPriority = (holds: readonly HoldLine[]) =>
  holds.toSorted((a, b) => order.indexOf(a.priority as (typeof order)[number]) - order.indexOf(b.priority as (typeof order)[number]));

// A wish in the reader's language where it is one of the server's few words.
export function wishWords(words: Words, wish: string | undefined): string {
  if (wish === undefined) return '';
  if (wish === 'on') return words.on;
  if (wish === 'off') return words.off;
  return wish;
}
