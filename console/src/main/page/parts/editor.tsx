// A text with line numbers and its wrong lines marked. A plain textarea, so that screen readers, phones and the browser's own undo work.
import { useEffect, useRef } from 'preact/hooks';
import type { LineError } from '../api';
import { useAround } from '../context';

export function Editor({ value, onValue, errors, label, readOnly = false }: { value: string; onValue: (text: string) => void; errors: readonly LineError[]; label: string; readOnly?: boolean }) {
  const { format, words } = useAround();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split('\n').length;
  const wrong = new Map(errors.map(e => [e.line, e]));
  const scroll = () => { if (gutter.current && area.current) gutter.current.scrollTop = area.current.scrollTop; };
  const to = (error: LineError) => {
    const before = value.split('\n').slice(0, error.line - 1).join('\n').length + (error.line > 1 ? 1 : 0);
    const at = before + Math.max(0, (error.column ?? 1) - 1);
    const end = value.indexOf('\n', at);
    area.current?.focus();
    area.current?.setSelectionRange(at, end < 0 ? value.length : end);
    if (area.current) area.current.scrollTop = Math.max(0, (error.line - 4) * parseFloat(getComputedStyle(area.current).lineHeight));
  };
  useEffect(() => { if (errors[0]) to(errors[0]); }, [errors]);
  // Tab leaves the text, as everywhere on the page; Enter keeps the indentation of the line before.
  const key = (event: KeyboardEvent) => {
    const text = area.current;
    if (event.key !== 'Enter' || !text || text.selectionStart !== text.selectionEnd) return;
    const line = value.slice(value.lastIndexOf('\n', text.selectionStart - 1) + 1, text.selectionStart);
    const indent = line.match(/^ */)![0];
    if (!indent) return;
    event.preventDefault();
    text.setRangeText(`\n${indent}`, text.selectionStart, text.selectionEnd, 'end');
    onValue(text.value);
  };
  return (
    <>
      {errors.length > 0 && (
        <div class="note bad" role="alert">
          <strong>{format.plural(words.fileWrong, errors.length)}</strong>
          <ul class="errors">{errors.map((e, i) => <li key={i}><button type="button" class="quiet" onClick={() => to(e)}>{format.fill(words.errorAt, { line: e.line, message: e.message })}</button></li>)}</ul>
        </div>
      )}
      <div class="editor">
        <div class="gutter" ref={gutter} aria-hidden="true">{Array.from({ length: lines }, (_, i) => <span key={i} class={wrong.has(i + 1) ? 'wrong' : ''} title={wrong.get(i + 1)?.message}>{i + 1}</span>)}</div>
        <textarea ref={area} aria-label={label} aria-invalid={errors.length > 0} spellcheck={false} autocapitalize="none" autocomplete="off" wrap="off" value={value} readOnly={readOnly} onInput={e => onValue(e.currentTarget.value)} onScroll={scroll} onKeyDown={key} />
      </div>
    </>
  );
}
