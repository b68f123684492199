// The site file: written, checked, compared, applied, and undone by putting the former one.
import { useEffect, useState } from 'preact/hooks';
import { api, type Applied, type LineError, type Problem } from '../api';
import { asProblem, problemText, useAround } from '../context';
import { changesOnly, diff } from '../diff';
import { Editor } from '../parts/editor';
import { Card, Note } from '../parts/small';
import { withRevision } from '../yaml';

export type Draft = { yaml: string; note?: string };
// What the form for a machine wrote, for the editor to show.
let handed: Draft | undefined;
export const hand = (draft: Draft) => { handed = draft; };

const formerKey = (site: string) => `linkspan.former.${site}`;
const keptFormer = (site: string) => { try { return sessionStorage.getItem(formerKey(site)) ?? undefined; } catch { return undefined; } };

export function SiteFilePage() {
  const { words, format, site, refresh } = useAround();
  const [running, setRunning] = useState<{ yaml: string; revision: number }>();
  const [text, setText] = useState('');
  const [former, setFormer] = useState(() => keptFormer(site.name));
  const [errors, setErrors] = useState<LineError[]>([]);
  const [told, setTold] = useState<Applied>();
  const [said, say] = useState<{ kind: 'good' | 'bad' | 'plain'; text: string }>();
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const [other, setOther] = useState(false);

  const load = async (keep?: string) => {
    const file = await api.file(site.name);
    setRunning(file);
    setText(keep ?? file.yaml);
    setErrors([]); setTold(undefined); setOther(false); setSure(false);
  };
  useEffect(() => { const draft = handed; handed = undefined; load(draft?.yaml).then(() => { if (draft) void look(draft.yaml); }, e => say({ kind: 'bad', text: problemText(words, asProblem(e)) })); }, [site.name]);

  const failed = (problem: Problem) => {
    setErrors(problem.errors);
    setOther(problem.status === 412);
    say(problem.errors.length ? undefined : { kind: 'bad', text: problem.status === 412 ? words.otherRevision : problemText(words, problem) });
  };
  const run = async (work: () => Promise<void>) => {
    setBusy(true); say(undefined); setErrors([]);
    try { await work(); } catch (error) { failed(asProblem(error)); } finally { setBusy(false); }
  };
  const look = (yaml = text) => run(async () => {
    const { revision } = running ?? await api.file(site.name);
    const answer = await api.apply(site.name, yaml, revision, { dry_run: true });
    setTold(answer);
    if (answer.unchanged) say({ kind: 'plain', text: words.unchanged });
  });
  const put = (yaml: string, done: (revision: number) => string) => run(async () => {
    if (!running) return;
    const before = running.yaml;
    const answer = await api.apply(site.name, yaml, running.revision, { confirmed: sure || yaml !== text });
    try { sessionStorage.setItem(formerKey(site.name), before); } catch { /* a private window: undo lasts as long as this page */ }
    setFormer(before);
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
      <Editor label={words.editor} value={text} onValue={t => { setText(t); setTold(undefined); }} errors={errors} />
      <div class="row">
        <button type="button" class={told ? '' : 'main'} disabled={!changed || busy} onClick={() => void look()}>{words.check}</button>
        {changed && <button type="button" class="quiet" onClick={() => void load()}>{words.discard}</button>}
        {!changed && former !== undefined && former !== running.yaml && <button type="button" disabled={busy} onClick={() => put(withRevision(former, running.revision), () => words.undone)}>{words.undo}</button>}
      </div>
      {told && !told.unchanged && (
        <section class="told" aria-label={words.check}>
          <Lists told={told} />
          <h3>{words.lineChanges}</h3>
          <pre class="diff" tabIndex={0}>{changesOnly(diff(running.yaml, text)).map((l, i) => l ? <span key={i} class={l.kind}>{`${String(l.line).padStart(4)} ${{ same: ' ', out: '−', in: '+' }[l.kind]} ${l.text}\n`}</span> : <span key={i} class="skip-lines">{'   …\n'}</span>)}</pre>
          {(told.removed ?? []).length > 0 && <label class="row"><input type="checkbox" checked={sure} onChange={e => setSure(e.currentTarget.checked)} /> {words.confirmRemoval}</label>}
          <div class="row"><button type="button" class="main" disabled={busy || ((told.removed ?? []).length > 0 && !sure)} onClick={() => put(text, revision => format.fill(words.applied, { revision }))}>{words.apply}</button></div>
        </section>
      )}
    </Card>
  );
}

function Lists({ told }: { told: Applied }) {
  const { words } = useAround();
  const lists = [['added', 'in'], ['changed', ''], ['removed', 'out'], ['overrides', ''], ['silences', ''], ['loops', 'warn'], ['risks', 'warn']] as const;
  return <dl class="changes">{lists.filter(([key]) => told[key]?.length).map(([key, look]) => <div key={key} class={look}><dt>{words[key]}</dt><dd><ul lang="en">{told[key]!.map(line => <li key={line}>{line}</li>)}</ul></dd></div>)}</dl>;
}
