// What a site does by itself: each rule as a sentence, what it does now, and for one of them why, and what it did.
import { useState } from 'preact/hooks';
import { api, type Problem, type Rule, type RulePart, type RuleTold } from '../api';
import { priorityWords } from '../charge';
import { address, mayBe, useAround, useAsked, useNow } from '../context';
import { thingOf, titleOf } from '../format';
import { Modes } from '../parts/modes';
import { useNames } from '../parts/names';
import { Act, Card, Dialog, Icon, LiveValue, Note, Text, Trouble } from '../parts/small';
import { conditionWords, ruleWords, whyNotWords } from '../rules';

// A rule changes with values and by the clock, and the stream tells neither; while somebody looks it is asked so often.
const LIST_EVERY_MS = 5_000;
const ONE_EVERY_MS = 2_000;

export function RulesPage({ path: [id] }: { path: string[] }) {
  return id ? <One key={id} id={id} /> : <All />;
}

function All() {
  const { words, site, live } = useAround();
  const turn = useNow(live, LIST_EVERY_MS);
  const asked = useAsked(() => api.rules(site.name), [site.name, site.revision, turn]);
  return (
    <>
      <h1>{words.rules.page}</h1>
      <p class="soft lead">{words.rules.lead}</p>
      <Trouble problem={asked.problem} />
      <Modes />
      {!asked.value ? !asked.problem && <p class="loading">{words.loading}</p>
        : asked.value.rules.length === 0 ? <Note kind="plain">{words.rules.none}</Note>
        : <div class="rules">{asked.value.rules.map(r => <Line key={r.id} rule={r} />)}</div>}
    </>
  );
}

function Line({ rule }: { rule: Rule }) {
  const { format, site } = useAround();
  const names = useNames();
  return (
    <Card title={<a href={address(site.name, 'rules', rule.id)}>{titleOf(rule)}</a>} class="rule" actions={<StateOf rule={rule} />}>
      <p>{ruleWords(rule, format, names)}</p>
      <Times rule={rule} />
    </Card>
  );
}

function StateOf({ rule }: { rule: Rule }) {
  const { words } = useAround();
  const look = { active: 'live', waiting: 'live', met: 'watch', unsure: 'watch', limited: 'offline', off: 'watch' }[rule.state as string] ?? '';
  return rule.state ? <span class={`chip ${look}`}><i class="dot" />{words.rules.state[rule.state]}</span> : null;
}

function Times({ rule }: { rule: Rule }) {
  const { words, format, live } = useAround();
  const at = (time: string) => format.at(Date.parse(time), live.now());
  return <p class="soft small">{[
    rule.since && format.fill(words.since, { at: at(rule.since) }), rule.next && format.fill(words.rules.nextAt, { at: at(rule.next) }),
    rule.fired !== undefined && format.plural(words.rules.fired, rule.fired), rule.last_fired && format.fill(words.rules.lastAt, { at: at(rule.last_fired) }), priorityWords(words, rule.priority),
  ].filter(Boolean).join(' · ')}</p>;
}

function One({ id }: { id: string }) {
  const { words, format, site, live, account } = useAround();
  const names = useNames();
  const turn = useNow(live, ONE_EVERY_MS);
  const asked = useAsked(() => Promise.all([api.rule(site.name, id), api.modes(site.name)]), [site.name, id, site.revision, turn]);
  const crumbs = <nav class="crumbs" aria-label={words.back}><a href={address(site.name, 'rules')}><Icon name="left" size={18} /> {words.rules.page}</a></nav>;
  if (!asked.value) return <>{crumbs}{asked.problem ? <Trouble problem={asked.problem} /> : <p class="loading">{words.loading}</p>}</>;
  const [rule, modes] = asked.value;
  return (
    <>
      {crumbs}
      <div class="headline"><h1>{titleOf(rule)} <small class="id">{rule.id}</small></h1><Sleep rule={rule} again={asked.again} /></div>
      <Trouble problem={asked.problem} />
      <Card title={<StateOf rule={rule} />} class="rule">
        <p>{ruleWords(rule, format, names)}</p>
        <Times rule={rule} />
        {rule.works.length > 0 && <p>{words.rules.works}: {rule.works.map((w, i) => <span key={w}>{i > 0 && ', '}<a href={address(site.name, 'thing', thingOf(w))}>{names.title(w)}</a></span>)}</p>}
        <details><summary>{words.rules.asWritten}</summary><p lang="en"><code>{rule.sentence}</code></p></details>
        {mayBe(account.role, 'installer') && <p><a href={address(site.name, 'setup', 'file')}>{words.rules.edit}</a></p>}
      </Card>
      <Card title={words.rules.whyNot}>
        <p>{whyNotWords(rule, modes.mode, live.now(), format, names)}</p>
        {rule.condition && <Parts title={words.rules.condition} parts={rule.condition} />}
        {rule.ends_when && <Parts title={words.rules.endsWhen} parts={rule.ends_when} />}
      </Card>
      <Card title={words.rules.did} class="recently">
        {rule.moves.length === 0 ? <p class="soft">{words.rules.didNothing}</p> : <ol class="events">{rule.moves.map((m, i) => (
          <li key={`${m.position} ${i}`}><time dateTime={m.time}>{format.at(Date.parse(m.time), live.now())}</time><span>{words.rules.move[m.move as keyof typeof words.rules.move] ?? m.move}{m.text && <small lang="en">{m.text}</small>}</span></li>
        ))}</ol>}
      </Card>
    </>
  );
}

function Parts({ title, parts }: { title: string; parts: RulePart[] }) {
  const { words, format } = useAround();
  const names = useNames();
  return (
    <>
      <h3>{title}</h3>
      <ul class="parts">{parts.map(p => (
        <li key={p.text} class={p.met}>
          <span class="met"><Icon name={({ yes: 'good', no: 'close', unknown: 'question' } as const)[p.met]} size={18} /> {words.rules.met[p.met]}</span>
          <span>{conditionWords(p.text, format, names)}
            {p.seen.length > 0 && <small class="soft"> {words.rules.sees} {p.seen.map((s, i) => <span key={s.of}>{i > 0 && ', '}{names.cell(s.of) && s.value !== undefined ? <LiveValue path={s.of} /> : s.value === undefined ? words.rules.unknownValue : <span lang="en">{s.text}</span>}</span>)}</small>}</span>
        </li>
      ))}</ul>
    </>
  );
}

function Sleep({ rule, again }: { rule: RuleTold; again: () => void }) {
  const { words, site, account } = useAround();
  const [asking, ask] = useState(false);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem>();
  if (!mayBe(account.role, 'operator')) return null;
  if (rule.state === 'off') return <span><Act class="main" onAct={() => api.sleep(site.name, rule.id, false, '')} onDone={p => { setProblem(p); again(); }}>{words.rules.wake}</Act><Trouble problem={problem} /></span>;
  return (
    <>
      <button type="button" class="quiet" onClick={() => ask(true)}><Icon name="pause" size={18} /> {words.rules.sleep}</button>
      {asking && (
        <Dialog title={words.rules.sleep} onClose={() => ask(false)}>
          <p class="soft">{words.rules.sleepLead}</p>
          <Text label={words.rules.sleepReason} value={reason} onValue={setReason} required />
          <Trouble problem={problem} />
          <div class="row end">
            <button type="button" onClick={() => ask(false)}>{words.cancel}</button>
            <Act class="main" disabled={!reason.trim()} onAct={() => api.sleep(site.name, rule.id, true, reason.trim())} onDone={p => { setProblem(p); if (!p) { ask(false); setReason(''); } again(); }}>{words.rules.sleep}</Act>
          </div>
        </Dialog>
      )}
    </>
  );
}
