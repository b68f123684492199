// The small parts that pages are made of.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Problem, type Cell } from '../api';
import { asProblem, problemText, useAround, useCell } from '../context';
import { symbol } from '../format';

const drawings = {
  house: 'M4 11.5 12 5l8 6.5M6 10v9h12v-9', energy: 'M13 3 5 14h6l-1 7 8-11h-6z', setup: 'M4 7h10m4 0h2M4 17h2m4 0h10M14 4.5v5m-4 5v5',
  rules: 'M5 6h3v3H5zM5 15h3v3H5zM11 7.500h9m-9 9h9',
  plan: 'M4 5h16v14H4zM4 12h7m0-7v4m0 6v4m4-7h5',
  good: 'M5 12.5l4.5 4.5L19 7', warn: 'M12 4 2.8 20h18.4zM12 10v4.5m0 2.6v.2', lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z', hand: 'M8 12V6.5a1.5 1.5 0 0 1 3 0V11m0-1V4.5a1.5 1.5 0 0 1 3 0V11m0-4.5a1.5 1.5 0 0 1 3 0V15a5.5 5.5 0 0 1-5.5 5.5c-3 0-4.200-1.500-6.500-5.500a1.400 1.400 0 0 1 2.300-1.600L8 14.500',
  link: 'M4 12h13m-4-5 5 5-5 5', eye: 'M3 12s3.300-6 9-6 9 6 9 6-3.300 6-9 6-9-6-9-6zm9-2.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5', person: 'M12 4.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7M5 20c.6-4 3.400-6 7-6s6.400 2 7 6', close: 'M6 6l12 12M18 6 6 18', left: 'M15 5l-7 7 7 7', right: 'M9 5l7 7-7 7',
  plus: 'M12 5v14M5 12h14', minus: 'M5 12h14', cut: 'M4 4l16 16M9 15l-3 3a3 3 0 0 1-4-4l3-3m10-2 3-3a3 3 0 0 1 4 4l-3 3', pause: 'M9 5v14M15 5v14', download: 'M12 4v11m-4.500-4.500L12 15l4.500-4.500M5 20h14', question: 'M8.500 9a3.500 3.500 0 1 1 5 3.200c-1 .500-1.500 1.200-1.500 2.300m0 3v.2', chip: 'M7 7h10v10H7zM10 3v4m4-4v4m-4 10v4m4-4v4M3 10h4m-4 4h4m10-4h4m-4 4h4',
} as const;
export type IconName = keyof typeof drawings;
export const Icon = ({ name, size = 20 }: { name: IconName; size?: number }) =>
  <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true"><path d={drawings[name]} /></svg>;

export const Card = ({ title, children, actions, class: extra = '', level = 2 }: { title?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren; class?: string; level?: 2 | 3 }) => {
  const Heading = `h${level}` as 'h2' | 'h3';
  return (
    <section class={`card ${extra}`}>
      {(title || actions) && <header>{title && <Heading>{title}</Heading>}{actions && <div class="actions">{actions}</div>}</header>}
      {children}
    </section>
  );
};

// A value with its unit, marked where it is not to be trusted or missing.
export function Value({ cell, big = false }: { cell: Cell; big?: boolean }) {
  const { words, format, live } = useAround();
  if (cell.private) return <span class="value closed"><Icon name="lock" size={16} /> {words.closed}</span>;
  if (cell.value === undefined || cell.value === null) return <span class="value none">{words.neverRead}</span>;
  const flag = typeof cell.value === 'boolean';
  const text = format.value(cell, cell.value);
  const unit = flag ? '' : symbol(cell.unit);
  const doubt = { good: '', uncertain: words.doubtful, bad: words.badValue, estimated: words.estimated, corrected: words.corrected }[cell.quality ?? 'good'];
  return (
    <span class={`value ${big ? 'big' : ''} ${cell.missing_since ? 'missing' : ''} ${cell.quality === 'bad' || cell.quality === 'uncertain' ? 'doubt' : ''}`}>
      {flag || cell.type === 'choice' ? <span class={`word ${cell.value === true ? 'on' : cell.value === false ? 'off' : ''}`}>{text}</span> : text}
      {unit && <span class="unit">{unit}</span>}
      {doubt && <span class="mark">{doubt}</span>}
      {cell.missing_since && <span class="mark" title={cell.missing_cause}>{format.fill(words.missingSince, { at: format.at(Date.parse(cell.missing_since), live.now()) })}</span>}
    </span>
  );
}
export function LiveValue({ path, big = false }: { path: string; big?: boolean }) {
  const { live } = useAround();
  const cell = useCell(live, path);
  return cell ? <Value cell={cell} big={big} /> : null;
}

export const Note = ({ kind, children }: { kind: 'good' | 'warn' | 'bad' | 'plain'; children: ComponentChildren }) =>
  <p class={`note ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>{children}</p>;

export function Trouble({ problem }: { problem: Problem | undefined }) {
  const { words } = useAround();
  return problem ? <Note kind="bad">{problemText(words, problem)}</Note> : null;
}

export const Field = ({ label, hint, children }: { label: string; hint?: string | undefined; children: (id: string, hintId: string | undefined) => ComponentChildren }) => {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id, hint ? `${id}-hint` : undefined)}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
};

type TextProps = {
  label: string; hint?: string; value: string; onValue: (value: string) => void; type?: 'text' | 'password' | 'time' | 'number'; required?: boolean; minLength?: number;
  autocomplete?: string; autocapitalize?: 'none'; spellcheck?: boolean; pattern?: string; placeholder?: string; min?: number;
};
export function Text({ label, hint, value, onValue, type = 'text', required = false, spellcheck = true, autocomplete = 'off', ...rest }: TextProps) {
  return (
    <Field label={label} hint={hint}>{(id, hintId) =>
      <input id={id} type={type as 'text'} {...(hintId ? { 'aria-describedby': hintId } : {})} value={value} required={required} spellcheck={spellcheck} autocomplete={autocomplete} {...rest} onInput={e => onValue(e.currentTarget.value)} />}</Field>
  );
}

export function Choice<T extends string>({ label, value, options, onValue }: { label: string; value: T; options: readonly (readonly [T, string])[]; onValue: (value: T) => void }) {
  return (
    <Field label={label}>{id => (
      <select id={id} value={value} onChange={e => onValue(e.currentTarget.value as T)}>
        {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
    )}</Field>
  );
}

// A row of choices of which one is on.
export function Segments<T extends string>({ label, value, options, onValue }: { label: string; value: T | undefined; options: readonly (readonly [T, string])[]; onValue: (value: T) => void }) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map(([key, text]) => <button type="button" key={key} aria-pressed={key === value} onClick={() => onValue(key)}>{text}</button>)}
    </div>
  );
}

// The browser's own dialog: focus stays in it, Escape closes it, and focus goes back to where it was.
export function Dialog({ title, onClose, children, wide = false }: { title: string; onClose: () => void; children: ComponentChildren; wide?: boolean }) {
  const { words } = useAround();
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const back = document.activeElement as HTMLElement | null;
    element.current?.showModal();
    return () => back?.focus();
  }, []);
  return (
    <dialog ref={element} class={wide ? 'wide' : ''} aria-labelledby={id} onClose={onClose} onClick={e => { if (e.target === element.current) onClose(); }}>
      <div class="sheet">
        <header><h2 id={id}>{title}</h2><button type="button" class="quiet round" onClick={onClose} aria-label={words.close}><Icon name="close" /></button></header>
        {children}
      </div>
    </dialog>
  );
}

// A button that asks the server, and can not be pressed twice meanwhile.
export function Act({ onAct, onDone, class: look = '', children, disabled = false, pressed }: { pressed?: boolean; onAct: () => Promise<unknown>; onDone?: (problem?: Problem) => void; class?: string; children: ComponentChildren; disabled?: boolean }) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    try { await onAct(); onDone?.(); } catch (error) { onDone?.(asProblem(error)); } finally { setBusy(false); }
  };
  return <button type="button" class={look} aria-pressed={pressed} disabled={busy || disabled} aria-busy={busy} onClick={press}>{children}</button>;
}
