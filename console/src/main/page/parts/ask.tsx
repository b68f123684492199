// One field in which a person asks or tells in plain words; what is not clear or not safe is asked back with buttons.
import { useId, useRef, useState } from 'preact/hooks';
import { api, type Problem, type Sentence, type Undoing } from '../api';
import { asProblem, useAround } from '../context';
import { Act, Card, Icon, Trouble } from './small';

const SENTENCE_MAX = 300;

export function Ask() {
  const { words, site, language } = useAround();
  const [text, setText] = useState('');
  const [said, setSaid] = useState('');
  const [answer, setAnswer] = useState<Sentence>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [undone, setUndone] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const say = async (sentence: string, choice?: string) => {
    if (!sentence.trim() || busy) return;
    setBusy(true); setProblem(undefined); setUndone(false); setSaid(sentence);
    try { setAnswer(await api.say(site.name, sentence, language, choice)); } catch (error) { setAnswer(undefined); setProblem(asProblem(error)); } finally { setBusy(false); field.current?.focus(); }
  };
  const dismiss = () => { setAnswer(undefined); field.current?.focus(); };
  const undo = async (steps: Undoing[]) => { for (const step of steps) await api.undo(site.name, step); };
  return (
    <Card class="ask">
      <form onSubmit={e => { e.preventDefault(); say(text); }}>
        <label for={id}>{words.askTitle}</label>
        <div class="row">
          <input id={id} ref={field} type="text" value={text} maxLength={SENTENCE_MAX} autocomplete="off" enterkeyhint="send" placeholder={words.askExample} onInput={e => setText(e.currentTarget.value)} />
          <button type="submit" class="main" disabled={busy || !text.trim()} aria-busy={busy}>{words.askSend}</button>
        </div>
      </form>
      <div class="answer" role="status" aria-busy={busy}>
        {answer && <p class={`said ${answer.kind}`} lang={answer.language}><Icon name={{ done: 'good', answer: 'good', understood: 'good', question: 'question', refused: 'warn', not_understood: 'warn' }[answer.kind] as 'good'} size={18} /> <span>{answer.text}</span></p>}
        {undone && <p class="said">{words.askUndone}</p>}
      </div>
      {answer?.choices && (
        <div class="row" role="group" aria-label={words.askChoices}>
          {answer.choices.map(c => <button type="button" key={c.id} disabled={busy} lang={answer.language} onClick={() => say(said, c.id)}>{c.text}</button>)}
          <button type="button" class="quiet" onClick={dismiss}>{words.askNone}</button>
        </div>
      )}
      {answer?.kind === 'done' && answer.undo && !undone && (
        <div class="row"><Act class="quiet" onAct={() => undo(answer.undo!)} onDone={p => p ? setProblem(p) : setUndone(true)}>{words.undo}</Act></div>
      )}
      <Trouble problem={problem} />
    </Card>
  );
}
