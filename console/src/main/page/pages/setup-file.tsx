// The site file: written, checked, compared, applied, and undone by putting the former one.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { api, type Applied, type LineError, type Problem } from '../api';
import type { Known, Schema } from '../complete';
import { asProblem, problemText, useAround, useAsked, useLive } from '../context';
import { changesOnly, diff } from '../diff';
import { Editor } from '../parts/editor';
import { Act, Card, Note } from '../parts/small';
import { idsOf, withRevision } from '../yaml';

export type Draft = { yaml: string; note?: string };
// What the form for a machine wrote, for the editor to show.
let handed: Draft | undefined;
export const hand = (draft: Draft) => { handed = draft; };

// How long nothing is typed before what is there is checked.
const SETTLE_MS = 600;

export function SiteFilePage() {
  const { words, format, site, live, refresh } = useAround();
  const [running, setRunning] = useState<{ yaml: string; revision: number }>();
  const [text, setText] = useState('');
  const [errors, setErrors] = useState<LineError[]>([]);
  const [told, setTold] = useState<Applied>();
  const [said, say] = useState<{ kind: 'good' | 'bad' | 'plain'; text: string }>();
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const [other, setOther] = useState(false);
  // The check of what is typed; who asks for one does not wait for it.
  const resting = useRef<AbortController>(undefined);
  const [asked, setAsked] = useState(true);
  const schema = useAsked(() => api.schema() as Promise<unknown> as Promise<Schema>, []).value;
  const profiles = useAsked(api.profiles, []).value;
  const revisions = useAsked(() => api.revisions(site.name), [site.name, running?.revision]);
  const former = revisions.value?.find(r => r.revision < (running?.revision ?? 0));
  const paths = useLive(live, s => s.things).flatMap(t => t.properties.map(p => p.property));
  const known: Known = useMemo(() => ({ connectors: idsOf(text, 'connectors').map(c => c.id), kinds: idsOf(text, 'kinds').map(c => c.id), profiles: (profiles ?? []).map(p => p.name), paths }), [text, profiles, paths.join()]);

  const load = async (keep?: string) => {
    const file = await api.file(site.name);
    setRunning(file);
    setText(keep ?? file.yaml);
    setErrors([]); setTold(undefined); setOther(false); setSure(false);
  };
  useEffect(() => { const draft = handed; handed = undefined; load(draft?.yaml).then(() => { if (draft) void look(draft.yaml); }, e => say({ kind: 'bad', text: problemText(words, asProblem(e)) })); }, [site.name]);

  // What is typed is checked when the hands rest; only errors are shown then, and the caret stays where it is.
  useEffect(() => {
    if (!running || text === running.yaml) { if (!asked) setErrors([]); return; }
    const stop = new AbortController();
    resting.current = stop;
    const timer = setTimeout(() => {
      if (stop.signal.aborted) return;
      api.check(site.name, text, running.revision, stop.signal).then(() => { if (!stop.signal.aborted) setErrors([]); }, (e: unknown) => {
        if (stop.signal.aborted) return;
        setAsked(false);
        setErrors(asProblem(e).errors);
      });
    }, SETTLE_MS);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [text, running?.revision]);

  const failed = (problem: Problem) => {
    setAsked(true);
    setErrors(problem.errors);
    setOther(problem.status === 412);
    say(problem.errors.length ? undefined : { kind: 'bad', text: problem.status === 412 ? words.otherRevision : problemText(words, problem) });
  };
  const run = async (work: () => Promise<void>) => {
    resting.current?.abort();
    setBusy(true); say(undefined); setErrors([]);
    try { await work(); } catch (error) { failed(asProblem(error)); } finally { setBusy(false); }
  };
  const look = (yaml = text) => run(async () => {
    const { revision } = running ?? await api.file(site.name);
    const answer = await api.apply(site.name, yaml, revision, { dry_run: true });
    setTold(answer);
    if (answer.unchanged) say({ kind: 'plain', text: words.unchanged });
  });
  const put = (wanted: () => Promise<string>, done: (revision: number) => string) => run(async () => {
    if (!running) return;
    const yaml = await wanted();
    const answer = await api.apply(site.name, yaml, running.revision, { confirmed: sure || yaml !== text });
    await load();
    refresh();
    say({ kind: 'good', text: done(answer.revision ?? running.revision + 1) });
  });
  if (!running) return said ? <Note kind={said.kind}>{said.text}</Note> : <p class="loading">{words.loading}</p>;
  const changed = text !== running.yaml;
  return (
    <Card title={<>{words.editor} <small class="id">{format.fill(words.revision, { revision: running.revision })}</small></>}>
      {said && <Note kind={said.kind}>{said.text}</Note>}
      {other && <button type="button" onClick={() => void load()}>{words.takeTheirs}</button>}
      <Editor label={words.editor} value={text} onValue={t => { setText(t); setTold(undefined); }} errors={errors} asked={asked} schema={schema} known={known} />
      <div class="row">
        <button type="button" class={told ? '' : 'main'} disabled={!changed || busy} onClick={() => void look()}>{words.check}</button>
        {changed && <button type="button" class="quiet" onClick={() => void load()}>{words.discard}</button>}
        {!changed && former && <button type="button" disabled={busy} onClick={() => put(async () => withRevision((await api.revision(site.name, former.revision)).yaml, running.revision), () => words.undone)}>{words.undo}</button>}
      </div>
      {told && !told.unchanged && (
        <section class="told" aria-label={words.check}>
          <Lists told={told} />
          <h3>{words.lineChanges}</h3>
          <pre class="diff" tabIndex={0}>{changesOnly(diff(running.yaml, text)).map((l, i) => l ? <span key={i} class={l.kind}>{`${String(l.line).padStart(4)} ${{ same: ' ', out: '−', in: '+' }[l.kind]} ${l.text}\n`}</span> : <span key={i} class="skip-lines">{'   …\n'}</span>)}</pre>
          {(told.removed ?? []).length > 0 && <label class="row"><input type="checkbox" checked={sure} onChange={e => setSure(e.currentTarget.checked)} /> {words.confirmRemoval}</label>}
          <div class="row"><button type="button" class="main" disabled={busy || ((told.removed ?? []).length > 0 && !sure)} onClick={() => put(async () => text, revision => format.fill(words.applied, { revision }))}>{words.apply}</button></div>
        </section>
      )}
      {(revisions.value ?? []).length > 1 && (
        <details class="revisions">
          <summary>{words.earlierRevisions}</summary>
          <ul>{revisions.value!.filter(r => r.revision !== running.revision).map(r => (
            <li key={r.position}><span>{format.fill(words.revision, { revision: r.revision })}</span> <time dateTime={r.time}>{format.at(Date.parse(r.time), live.now())}</time> <span class="soft">{r.by}</span>
              <Act class="quiet" onAct={async () => { const yaml = withRevision((await api.revision(site.name, r.revision)).yaml, running.revision); setText(yaml); await look(yaml); }} onDone={p => { if (p) failed(p); }}>{words.lookAtRevision}</Act></li>
          ))}</ul>
        </details>
      )}
    </Card>
  );
}

function Lists({ told }: { told: Applied }) {
  const { words } = useAround();
  const lists = [['added', 'in'], ['changed', ''], ['removed', 'out'], ['overrides', ''], ['silences', ''], ['loops', 'warn'], ['risks', 'warn']] as const;
  return <dl class="changes">{lists.filter(([key]) => told[key]?.length).map(([key, look]) => <div key={key} class={look}><dt>{words[key]}</dt><dd><ul lang="en">{told[key]!.map(line => <li key={line}>{line}</li>)}</ul></dd></div>)}</dl>;
}
