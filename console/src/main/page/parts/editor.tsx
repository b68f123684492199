// A text with line numbers and its wrong lines marked; words to choose from and what a field means come from the schema. A plain
// textarea, so that screen readers, phones and the browser's own undo work.
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import type { LineError } from '../api';
import { helpAt, offerAt, type Known, type Offer, type Schema } from '../complete';
import { useAround } from '../context';

type EditorProps = {
  value: string; onValue: (text: string) => void; errors: readonly LineError[]; label: string; readOnly?: boolean;
  // Whether the reader asked for the errors: then the first is gone to; errors that come while one types only stand there.
  asked?: boolean; schema?: Schema | undefined; known?: Known | undefined;
};
const SHOWN_WORDS_MAX = 40;

export function Editor({ value, onValue, errors, label, readOnly = false, asked = true, schema, known }: EditorProps) {
  const { format, words } = useAround();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const [caret, setCaret] = useState(0);
  const [offer, setOffer] = useState<Offer & { chosen: number }>();
  const lines = value.split('\n').length;
  const wrong = new Map(errors.map(e => [e.line, e]));
  const help = useMemo(() => schema ? helpAt(schema, value, caret) : undefined, [schema, value, caret]);
  const scroll = () => { if (gutter.current && area.current) gutter.current.scrollTop = area.current.scrollTop; setOffer(undefined); };
  const to = (error: LineError) => {
    const before = value.split('\n').slice(0, error.line - 1).join('\n').length + (error.line > 1 ? 1 : 0);
    const at = before + Math.max(0, (error.column ?? 1) - 1);
    const end = value.indexOf('\n', at);
    area.current?.focus();
    area.current?.setSelectionRange(at, end < 0 ? value.length : end);
    if (area.current) area.current.scrollTop = Math.max(0, (error.line - 4) * parseFloat(getComputedStyle(area.current).lineHeight));
  };
  useEffect(() => { if (asked && errors[0]) to(errors[0]); }, [errors]);
  useEffect(() => { list.current?.children[offer?.chosen ?? 0]?.scrollIntoView({ block: 'nearest' }); }, [offer?.chosen]);

  const look = (text: string, at: number, always: boolean) => {
    setCaret(at);
    if (!schema || !known) return;
    const found = offerAt(schema, text, at, known);
    const begun = at > found.from || always;
    setOffer(begun && found.words.length ? { ...found, words: found.words.slice(0, SHOWN_WORDS_MAX), chosen: 0 } : undefined);
  };
  const take = (n: number) => {
    const text = area.current, word = offer?.words[n];
    if (!text || !offer || !word) return;
    text.focus();
    text.setRangeText(word.insert, offer.from, text.selectionStart, 'end');
    onValue(text.value);
    setOffer(undefined);
    setCaret(text.selectionStart);
  };
  // Tab leaves the text, as everywhere on the page; Enter keeps the indentation of the line before.
  const key = (event: KeyboardEvent) => {
    const text = area.current;
    if (!text) return;
    if (event.ctrlKey && event.key === ' ') { event.preventDefault(); look(text.value, text.selectionStart, true); return; }
    if (offer) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); setOffer({ ...offer, chosen: (offer.chosen + step + offer.words.length) % offer.words.length }); return; }
      if (event.key === 'Enter') { event.preventDefault(); take(offer.chosen); return; }
      if (event.key === 'Escape') { event.preventDefault(); setOffer(undefined); return; }
    }
    if (event.key !== 'Enter' || text.selectionStart !== text.selectionEnd) return;
    const line = value.slice(value.lastIndexOf('\n', text.selectionStart - 1) + 1, text.selectionStart);
    const indent = line.match(/^ */)![0];
    if (!indent) return;
    event.preventDefault();
    text.setRangeText(`\n${indent}`, text.selectionStart, text.selectionEnd, 'end');
    onValue(text.value);
  };
  const place = () => {
    const text = area.current;
    if (!text || !offer) return {};
    const style = getComputedStyle(text), before = value.slice(0, offer.from);
    const row = before.split('\n').length, column = before.length - before.lastIndexOf('\n') - 1;
    const height = parseFloat(style.lineHeight), wide = parseFloat(style.fontSize) * CHARACTER_WIDTH;
    return {
      left: `${Math.max(0, Math.min(text.offsetLeft + parseFloat(style.paddingLeft) + column * wide - text.scrollLeft, text.offsetLeft + text.clientWidth - 180))}px`,
      top: `${parseFloat(style.paddingTop) + row * height - text.scrollTop}px`,
    };
  };
  return (
    <>
      {errors.length > 0 && (
        <div class="note bad" role={asked ? 'alert' : 'status'}>
          <strong>{format.plural(words.fileWrong, errors.length)}</strong>
          <ul class="errors">{errors.map((e, i) => <li key={i}><button type="button" class="quiet" onClick={() => to(e)}>{format.fill(e.column ? words.errorAtColumn : words.errorAt, { line: e.line, column: e.column ?? 0, message: e.message })}</button></li>)}</ul>
        </div>
      )}
      <div class="writing">
        <div class="editor">
          <div class="gutter" ref={gutter} aria-hidden="true">{Array.from({ length: lines }, (_, i) => <span key={i} class={wrong.has(i + 1) ? 'wrong' : ''} title={wrong.get(i + 1)?.message}>{i + 1}</span>)}</div>
          <textarea ref={area} aria-label={label} aria-invalid={errors.length > 0} aria-autocomplete="list" aria-haspopup="listbox" aria-controls={offer ? `${id}-words` : undefined} aria-activedescendant={offer ? `${id}-${offer.chosen}` : undefined}
            aria-describedby={`${id}-help`} spellcheck={false} autocapitalize="none" autocomplete="off" wrap="off" value={value} readOnly={readOnly}
            onInput={e => { onValue(e.currentTarget.value); look(e.currentTarget.value, e.currentTarget.selectionStart, false); }} onScroll={scroll} onKeyDown={key} onBlur={() => setOffer(undefined)}
            onClick={e => { setOffer(undefined); setCaret(e.currentTarget.selectionStart); }} onKeyUp={e => { if (!offer) setCaret(e.currentTarget.selectionStart); }} />
        </div>
        {offer && (
          <ul class="offer" role="listbox" id={`${id}-words`} aria-label={words.suggestions} ref={list} style={place()}>
            {offer.words.map((w, n) => <li key={w.word} id={`${id}-${n}`} role="option" aria-selected={n === offer.chosen} onMouseDown={e => { e.preventDefault(); take(n); }}><code>{w.word}</code>{w.help && <small lang="en">{w.help}</small>}</li>)}
          </ul>
        )}
      </div>
      {schema && <p class="soft small helpline" id={`${id}-help`}>{help?.help ? <><code>{help.path}</code> <span lang="en">{help.help}</span></> : words.completeHint}</p>}
    </>
  );
}
// Of a monospaced font, in its own size.
const CHARACTER_WIDTH = 0.602;
