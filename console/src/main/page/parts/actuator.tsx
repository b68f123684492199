// What can be switched: who is in charge, until when, who waits below; take it by hand for a time, give it back; why it is as it is.
import { useState } from 'preact/hooks';
import { api, type Cell, type Commanded, type Json, type Problem, type Rule, type WhyStep } from '../api';
import { byPriority, inCharge, priorityWords, whoWords, wishWords } from '../charge';
import { address, mayBe, problemText, useAround, useAsked, useCell } from '../context';
import { symbol, thingOf, titleOf } from '../format';
import { Act, Card, Choice, Dialog, Field, Icon, Note, Segments, Text, Trouble, Value } from './small';

export type Described = { enum?: Json[]; minimum?: number; maximum?: number; multipleOf?: number };

export function Actuator({ path, thing, described, rules }: { rules: readonly Rule[]; path: string; thing: string; described: Described }) {
  const { words, format, site, live, account } = useAround();
  const cell = useCell(live, path);
  const [open, setOpen] = useState<'take' | 'why' | undefined>();
  const [said, say] = useState<{ kind: 'good' | 'warn' | 'bad'; text: string }>();
  if (!cell) return null;
  const charge = inCharge(cell.in_charge ?? '');
  const holds = byPriority(cell.holds ?? []);
  const mine = holds.some(h => h.priority === 'manual');
  const may = mayBe(account.role, 'operator');
  const told = (then: string) => (answer: Commanded | undefined, problem?: Problem) => say(problem ? { kind: 'bad', text: problemText(words, problem) } : outcomeOf(words, answer, then));
  let released: Commanded | undefined;
  const state = cell.write && { refused: words.refusedWrite, unreachable: words.unreachableWrite, differs: words.differsWrite, left: words.leftWrite }[cell.write];
  return (
    <Card title={titleOf(cell)} class={`actuator ${cell.out_of_service !== undefined ? 'out' : ''}`} actions={<button type="button" class="quiet" onClick={() => setOpen('why')}><Icon name="question" size={18} /> {words.why}</button>}>
      <div class="state"><Value cell={cell} big />{state && cell.out_of_service === undefined && <span class="mark">{state}</span>}</div>
      {cell.private ? <p class="soft">{words.closedNote}</p> : (
        <>
          <dl class="charges">
            <div><dt>{words.inCharge}</dt><dd><strong>{whoWords(words, cell.in_charge ?? '')}</strong>{charge.priority && <span class="soft"> {priorityWords(words, charge.priority)}</span>}{charge.until && <span> {format.fill(words.until, { at: charge.until })}</span>}</dd></div>
          </dl>
          {rules.filter(r => r.works.includes(path)).length > 0 && <p class="small">{words.rules.page}: {rules.filter(r => r.works.includes(path)).map((r, i) => <span key={r.id}>{i > 0 && ', '}<a href={address(site.name, 'rules', r.id)}>{titleOf(r)}</a></span>)}</p>}
          {cell.why && <p class="because" lang="en">{cell.why}</p>}
          <h3>{words.waits}</h3>
          {holds.length > 1 || (holds.length === 1 && whoWords(words, holds[0]!.who) !== whoWords(words, cell.in_charge ?? ''))
            ? <ol class="waiting">{holds.map(h => {
                const who = inCharge(h.who), first = h.who === cell.in_charge;
                return <li key={h.who + h.wish} class={first ? 'first' : ''}><span><strong>{whoWords(words, h.who)}</strong> <span class="soft">{priorityWords(words, h.priority)}</span></span><span>{first ? `${words.isInCharge}: ${wishWords(words, h.wish)}` : format.fill(words.wishes, { wish: wishWords(words, h.wish) })}{who.until && !first && ` ${format.fill(words.until, { at: who.until })}`}</span></li>;
              })}</ol>
            : <p class="soft">{words.waitsNone}</p>}
          {said && <Note kind={said.kind}>{said.text}</Note>}
          {may ? (
            <div class="row">
              <button type="button" class="main" onClick={() => { say(undefined); setOpen('take'); }} disabled={cell.out_of_service !== undefined}><Icon name="hand" size={18} /> {words.take}</button>
              {mine && <Act onAct={async () => { released = await api.giveBack(site.name, path); }} onDone={p => told(words.givenBack)(released, p)}>{words.giveBack}</Act>}
            </div>
          ) : <p class="soft small">{words.readOnlyRole}</p>}
        </>
      )}
      {open === 'take' && <Take cell={cell} described={described} onClose={answer => { setOpen(undefined); if (answer) told(words.taken)(answer); }} thing={thing} />}
      {open === 'why' && <WhyDialog about={path} onClose={() => setOpen(undefined)} />}
    </Card>
  );
}

function outcomeOf(words: ReturnType<typeof useAround>['words'], answer: Commanded | undefined, done: string): { kind: 'good' | 'warn' | 'bad'; text: string } {
  const outcome = answer?.outcome;
  const more = outcome?.why ? `: ${outcome.why}` : '';
  switch (outcome?.kind) {
    case 'done': return { kind: 'good', text: `${done} ${words.outcomeDone}` };
    case 'refused': return { kind: 'bad', text: `${words.outcomeRefused}${more}` };
    case 'outranked': return { kind: 'warn', text: words.outcomeOutranked };
    case 'not_sent': return { kind: 'warn', text: words.outcomeNotSent };
    case 'in_doubt': return { kind: 'warn', text: words.outcomeInDoubt };
    default: return { kind: 'good', text: words.outcomeWaiting };
  }
}

const DURATIONS = ['30min', '1h', '2h', '4h', '12h', 'until'] as const;
type Duration = (typeof DURATIONS)[number];

function Take({ cell, described, onClose }: { cell: Cell; described: Described; thing: string; onClose: (answer?: Commanded) => void }) {
  const { words, format, site, live } = useAround();
  const [value, setValue] = useState<Json>(cell.type === 'flag' ? cell.value !== true : cell.value ?? '');
  const [duration, setDuration] = useState<Duration>('2h');
  const [until, setUntil] = useState(format.clock(live.now() + 2 * 3_600_000).padStart(5, '0'));
  const [problem, setProblem] = useState<Problem>();
  const unit = symbol(cell.unit);
  const send = async () => {
    const asked = cell.type === 'flag' || cell.type === 'choice' || cell.type === 'text' ? value : Number(value);
    onClose(await api.take(site.name, cell.property, asked, duration === 'until' ? lasting(format, live.now(), until) : duration));
  };
  const number = cell.type === 'number' || cell.type === 'integer' || cell.type === 'register';
  return (
    <Dialog title={`${words.take}: ${titleOf(cell)}`} onClose={() => onClose()}>
      <p class="soft">{words.takeLead}</p>
      {cell.type === 'flag' && <div class="field big-choice"><span aria-hidden="true">{words.shallDo}</span><Segments label={words.shallDo} value={value === true ? 'on' : 'off'} options={[['on', words.on], ['off', words.off]]} onValue={v => setValue(v === 'on')} /></div>}
      {number && (
        <Field label={unit ? `${words.shallDo} (${unit})` : words.shallDo}>{id => (
          <div class="slide">
            <input id={id} type="number" inputMode="decimal" value={String(value)} min={described.minimum} max={described.maximum} step={described.multipleOf ?? 'any'} onInput={e => setValue(e.currentTarget.value)} />
            {described.minimum !== undefined && described.maximum !== undefined && <input type="range" aria-label={words.shallDo} value={Number(value)} min={described.minimum} max={described.maximum} step={described.multipleOf ?? (described.maximum - described.minimum) / 100} onInput={e => setValue(e.currentTarget.value)} />}
          </div>
        )}</Field>
      )}
      {cell.type === 'choice' && <Choice label={words.shallDo} value={String(value)} options={(described.enum ?? [value]).map(c => [String(c), String(c).replaceAll('_', ' ')] as const)} onValue={setValue} />}
      {!number && cell.type !== 'flag' && cell.type !== 'choice' && <Text label={words.shallDo} value={String(value)} onValue={setValue} />}
      <Choice label={words.forHowLong} value={duration} options={[['30min', words.minutes30], ['1h', words.hours1], ['2h', words.hours2], ['4h', words.hours4], ['12h', words.hours12], ['until', words.untilTime]]} onValue={setDuration} />
      {duration === 'until' && <Text label={words.untilLabel} type="time" value={until} onValue={setUntil} required />}
      <Trouble problem={problem} />
      <div class="row end">
        <button type="button" onClick={() => onClose()}>{words.cancel}</button>
        <Act class="main" onAct={send} onDone={setProblem}>{words.take}</Act>
      </div>
    </Dialog>
  );
}

// From now to the next time that the site's clock shows this.
function lasting(format: ReturnType<typeof useAround>['format'], now: number, clock: string): string {
  const [h = 0, m = 0] = clock.split(':').map(Number);
  let at = format.dayStart(now) + (h * 60 + m) * 60_000;
  if (at <= now) at = format.dayStart(now, 1) + (h * 60 + m) * 60_000;
  return `${Math.max(1, Math.round((at - now) / 60_000))}min`;
}

export function WhyDialog({ about, onClose }: { about: string; onClose: () => void }) {
  const { words, format, site, live } = useAround();
  const thing = live.state.things.find(t => t.id === thingOf(about));
  const property = thing?.properties.find(p => p.property === about);
  const name = thing && property ? `${titleOf(thing)} · ${titleOf(property)}` : about;
  const { value: why, problem } = useAsked(() => api.why(site.name, about), [about]);
  return (
    <Dialog wide title={format.fill(words.whyTitle, { about: name })} onClose={onClose}>
      <Trouble problem={problem} />
      {!why && !problem && <p class="loading">{words.loading}</p>}
      {why && <><p class="headline-why" lang="en">{why.headline}</p><ol class="chain">{why.steps.map((s, i) => <Step key={i} step={s} />)}</ol></>}
    </Dialog>
  );
}

const ICONS = { telegram: 'chip', link: 'link', person: 'hand', charge: 'person', write: 'right', answer: 'good', missing: 'cut' } as const;
function Step({ step }: { step: WhyStep }) {
  const { words, format } = useAround();
  const known = step.kind in words.step ? step.kind as keyof typeof words.step : 'other';
  return (
    <li class={`step-${step.kind}`}>
      <span class="badge"><Icon name={ICONS[step.kind as keyof typeof ICONS] ?? 'right'} size={18} /></span>
      <div>
        <p><strong>{words.step[known]}</strong>{step.time && <time dateTime={step.time}>{format.seconds(Date.parse(step.time))}</time>}</p>
        <p lang="en">{step.text}</p>
        {step.wire_hex && <details><summary>{words.showBytes}</summary><Wire hex={step.wire_hex} text={step.wire_text} /></details>}
      </div>
    </li>
  );
}

// Bytes as an engineer reads them: text where it is a telegram of text, else hexadecimal with its letters beside it.
export function Wire({ hex, text }: { hex: string; text: string | undefined }) {
  const bytes = hex.match(/../g) ?? [];
  const readable = text !== undefined && bytes.length >= TEXT_BYTES_MIN && (text.match(/[\w/:.()*!\n -]/g)?.length ?? 0) > text.length * 0.85;
  const rows = Array.from({ length: Math.ceil(Math.min(bytes.length, SHOWN_BYTES_MAX) / 16) }, (_, i) => bytes.slice(i * 16, i * 16 + 16));
  return (
    <pre class="wire" tabIndex={0} lang="en">{readable ? text.replace(/\.\n/g, '\n') : rows.map((row, i) =>
      `${(i * 16).toString(16).padStart(4, '0')}  ${row.join(' ').padEnd(48)} ${row.map(b => { const c = parseInt(b, 16); return c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : '.'; }).join('')}`).join('\n')}</pre>
  );
}
const TEXT_BYTES_MIN = 64;
const SHOWN_BYTES_MAX = 1536;

export function Service({ thing, cell }: { thing: string; cell: Cell | undefined }) {
  const { words, site, account, live } = useAround();
  const now = useCell(live, cell?.property ?? '') ?? cell;
  const [asking, ask] = useState(false);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem>();
  if (!now || !mayBe(account.role, 'operator')) return null;
  if (now.out_of_service !== undefined) return <Act onAct={() => api.service(site.name, thing, false, '')} onDone={setProblem}>{words.serviceBack}</Act>;
  return (
    <>
      <button type="button" class="quiet" onClick={() => ask(true)}><Icon name="pause" size={18} /> {words.service}</button>
      {asking && (
        <Dialog title={words.service} onClose={() => ask(false)}>
          <p class="soft">{words.serviceLead}</p>
          <Text label={words.serviceReason} value={reason} onValue={setReason} required />
          <Trouble problem={problem} />
          <div class="row end">
            <button type="button" onClick={() => ask(false)}>{words.cancel}</button>
            <Act class="main" disabled={!reason.trim()} onAct={() => api.service(site.name, thing, true, reason.trim())} onDone={p => { setProblem(p); if (!p) ask(false); }}>{words.service}</Act>
          </div>
        </Dialog>
      )}
    </>
  );
}
