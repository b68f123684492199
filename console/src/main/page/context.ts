// What every part of the page may ask for: who looks, in which language, at which site.
import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Account, Cell, Link, Role, Site } from './api';
import { Problem } from './api';
import type { Format } from './format';
import type { Live, LiveState } from './live';
import { fill, type Language, type Words } from './words/words';

export type Around = {
  words: Words; format: Format; language: Language; setLanguage: (language: Language) => void;
  account: Account; site: Site; live: Live; links: readonly Link[];
  refresh: () => void;
};
export const AroundContext = createContext<Around>(undefined as unknown as Around);
export const useAround = () => useContext(AroundContext);

const ranks: Role[] = ['viewer', 'operator', 'installer', 'owner'];
export const mayBe = (role: Role, least: Role) => ranks.indexOf(role) >= ranks.indexOf(least);

// The site's state; drawn again when what the reader picks of it changed.
export function useLive<T>(live: Live, pick: (state: LiveState) => T): T {
  const [value, set] = useState(() => pick(live.state));
  const last = useRef(value);
  last.current = value;
  useEffect(() => {
    const look = (state: LiveState) => { const next = pick(state); if (next !== last.current) set(() => next); };
    look(live.state);
    return live.watch(look);
  }, [live]);
  return value;
}

export function useCell(live: Live, path: string): Cell | undefined {
  const [cell, set] = useState(() => live.state.cells.get(path));
  useEffect(() => {
    set(live.state.cells.get(path));
    return live.watchCell(path, set);
  }, [live, path]);
  return cell;
}

// The site's time, told anew each second or so.
export function useNow(live: Live, everyMs = 1000): number {
  const [now, set] = useState(() => live.now());
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) set(live.now()); }, everyMs);
    return () => clearInterval(timer);
  }, [live, everyMs]);
  return now;
}

export function useMedia(query: string) {
  const [on, set] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query), changed = () => set(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, [query]);
  return on;
}

export type Asked<T> = { value?: T; problem?: Problem; again: () => void };

// An answer of the server, asked anew when what it is about changes. The former answer stays until the new one is there.
export function useAsked<T>(ask: () => Promise<T>, about: readonly unknown[]): Asked<T> {
  const [state, set] = useState<{ value?: T; problem?: Problem }>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    let old = false;
    ask().then(value => { if (!old) set({ value }); }, (problem: unknown) => { if (!old) set(now => ({ ...now, problem: asProblem(problem) })); });
    return () => { old = true; };
  }, [...about, round]);
  return { ...state, again: () => setRound(r => r + 1) };
}

export const asProblem = (error: unknown) => error instanceof Problem ? error : new Problem(-1, error instanceof Error ? error.message : String(error));
export function problemText(words: Words, problem: Problem): string {
  if (problem.offline) return words.noAnswer;
  if (problem.status === 429) return fill(words.slowed, { seconds: problem.retryAfterS });
  return problem.message;
}

export const go = (...path: string[]) => { location.hash = address(...path); };
export const address = (...path: string[]) => `#/${path.map(encodeURIComponent).join('/')}`;
