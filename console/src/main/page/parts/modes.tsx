// In which mode a site is, and its scenes: one press each, and what became of it.
import { useState } from 'preact/hooks';
import { api, type Outcome, type Problem, type Scene } from '../api';
import { mayBe, useAround, useAsked, useLive } from '../context';
import { titleOf } from '../format';
import { Act, Card, Note, Trouble } from './small';
import { useNames } from './names';

export function Modes() {
  const { words, site, live, account } = useAround();
  const changes = useLive(live, s => s.changes);
  const modes = useAsked(() => api.modes(site.name), [site.name, site.revision, changes]);
  const scenes = useAsked(() => api.scenes(site.name), [site.name, site.revision]);
  const [problem, setProblem] = useState<Problem>();
  const all = modes.value?.modes ?? [], may = mayBe(account.role, 'operator');
  if (!all.length && !scenes.value?.length) return null;
  return (
    <Card class="modes" title={all.length ? words.rules.mode : words.rules.scenes}>
      {all.length > 0 && <div class="row" role="group" aria-label={words.rules.mode}>{all.map(mode => <Act key={mode} pressed={mode === modes.value!.mode} disabled={!may} onAct={() => api.setMode(site.name, mode)} onDone={p => { setProblem(p); modes.again(); }}>{mode.replaceAll('_', ' ')}</Act>)}</div>}
      <Trouble problem={problem ?? modes.problem} />
      {scenes.value && scenes.value.length > 0 && <Scenes scenes={scenes.value} may={may} titled={all.length > 0} />}
    </Card>
  );
}

function Scenes({ scenes, may, titled }: { scenes: Scene[]; may: boolean; titled: boolean }) {
  const { words, site } = useAround();
  const names = useNames();
  const [told, setTold] = useState<{ property: string; outcome?: Outcome }[]>();
  const [problem, setProblem] = useState<Problem>();
  const became = (o: Outcome | undefined) => o === undefined ? words.rules.sceneWait : { done: words.outcomeDone, refused: words.outcomeRefused, outranked: words.outcomeOutranked, not_sent: words.outcomeNotSent, in_doubt: words.outcomeInDoubt }[o.kind] ?? o.text;
  return (
    <>
      {titled && <h3>{words.rules.scenes}</h3>}
      <div class="row">{scenes.map(s => <Act key={s.id} disabled={!may} onAct={async () => setTold(await api.setScene(site.name, s.id))} onDone={p => { setProblem(p); if (p) setTold(undefined); }}>{titleOf(s)}</Act>)}</div>
      <Trouble problem={problem} />
      {told && <div role="status" aria-label={words.rules.acted}>{told.map(t => <Note key={t.property} kind={t.outcome?.kind === 'done' ? 'good' : 'warn'}>{names.title(t.property)}: {became(t.outcome)}{t.outcome?.why && <span lang="en"> ({t.outcome.why})</span>}</Note>)}</div>}
    </>
  );
}
