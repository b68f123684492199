// Machines on a picture or on a map, each with its value now; beside it the same as a list. Installers put them in their places.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, pictureAddress, type Applied, type Plan, type Plans, type Thing } from '../api';
import { address, asProblem, go, mayBe, problemText, useAround, useAsked, useCell, useLive } from '../context';
import { changesOnly, diff } from '../diff';
import { titleOf } from '../format';
import { Board, type Shift } from '../parts/board';
import { Card, Field, Icon, Note, Text, Trouble, Value } from '../parts/small';
import { kept, livePosition, mainOf, NO_MOVES, placeText, positionText, spotsOn, worstOf, type At, type Ground, type Moves } from '../plan';
import { nameFrom, withField, withPlan } from '../yaml';
import '../styles/plan.css';

const PICTURE_BYTES_MAX = 4 << 20;
// Pixels that an arrow key moves a machine, and with Shift.
const STEP = 12, SMALL_STEP = 2;
const ARROWS: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function PlanPage({ path: [what, which] }: { path: string[] }) {
  const { words, site, account } = useAround();
  const asked = useAsked(() => api.plans(site.name), [site.name, site.revision]);
  const may = mayBe(account.role, 'installer');
  if (!asked.value) return asked.problem ? <Trouble problem={asked.problem} /> : <p class="loading">{words.loading}</p>;
  return <Shown plans={asked.value} what={what} which={which} may={may} again={asked.again} />;
}

function Shown({ plans, what, which, may, again }: { plans: Plans; what: string | undefined; which: string | undefined; may: boolean; again: () => void }) {
  const { words, site, live } = useAround();
  const things = useLive(live, s => s.things);
  // Where machines are that say so themselves; drawn again when one of them moves.
  useLive(live, s => s.things.map(t => livePosition(t, s.cells)?.join() ?? '').join('|'));
  const [fresh, setFresh] = useState<Plan[]>([]);
  const [moves, setMoves] = useState<Moves>(NO_MOVES);
  const [arranging, arrange] = useState(false);
  const all = [...plans.plans, ...fresh.filter(f => !plans.plans.some(p => p.id === f.id))];
  const onEarth = plans.positions.length > 0 || plans.site !== undefined || things.some(t => t.properties.some(p => p.type === 'position'));
  const ground: Ground | undefined = what === 'map' && (onEarth || may) ? { kind: 'map' } : all.some(p => p.id === which) ? { kind: 'plan', id: which! } : all[0] ? { kind: 'plan', id: all[0].id } : onEarth ? { kind: 'map' } : undefined;
  const plan = ground?.kind === 'plan' ? all.find(p => p.id === ground.id) : undefined;
  const changed = fresh.length > 0 || Object.keys(moves.places).length > 0 || Object.keys(moves.positions).length > 0;
  const done = () => { setFresh([]); setMoves(NO_MOVES); arrange(false); again(); };
  return (
    <>
      <div class="headline"><h1>{words.plan}</h1>{may && ground && <button type="button" aria-pressed={arranging} onClick={() => arrange(!arranging)}><Icon name="hand" size={18} /> {words.arrange}</button>}</div>
      <p class="soft lead">{words.planLead}</p>
      {(all.length > 1 || onEarth || (may && all.length > 0)) && (
        <nav class="tabs" aria-label={words.plan}>
          {all.map(p => <a key={p.id} href={address(site.name, 'plan', 'on', p.id)} aria-current={plan?.id === p.id ? 'page' : undefined}>{p.title}</a>)}
          {(onEarth || may) && <a href={address(site.name, 'plan', 'map')} aria-current={ground?.kind === 'map' ? 'page' : undefined}>{words.map}</a>}
        </nav>
      )}
      {!ground && <Note kind="plain">{may ? words.noPlanAdd : words.noPlan}</Note>}
      {ground && <OnGround key={ground.kind === 'plan' ? `plan ${ground.id}` : 'map'} {...{ ground, plan, plans, moves, setMoves, arranging, again }} />}
      {changed && <Changes fresh={fresh} moves={moves} onDone={done} onDiscard={done} />}
      {may && (arranging || !all.length) && <AddPlan taken={new Set([...all.map(p => p.id), ...all.map(p => p.image)])} onAdded={p => { setFresh([...fresh, p]); arrange(true); go(site.name, 'plan', 'on', p.id); }} />}
    </>
  );
}

type OnGroundProps = { ground: Ground; plan: Plan | undefined; plans: Plans; moves: Moves; setMoves: (moves: Moves) => void; arranging: boolean; again: () => void };

function OnGround({ ground, plan, plans, moves, setMoves, arranging, again }: OnGroundProps) {
  const { words, format, site, live } = useAround();
  const things = useLive(live, s => s.things);
  const spots = spotsOn(ground, plans, moves, things, live.state.cells);
  const [chosen, choose] = useState('');
  const [said, say] = useState('');
  const board = useRef<{ shift: Shift; centre: () => At }>(undefined);
  const put = (id: string, at: At | null) => {
    const where = at && kept(ground, at);
    setMoves(ground.kind === 'plan'
      ? { ...moves, places: { ...moves.places, [id]: where && { plan: ground.id, at: where } } }
      : { ...moves, positions: { ...moves.positions, [id]: where } });
    const title = titleOf(things.find(t => t.id === id) ?? { property: id });
    if (!where) say('');
    else if (ground.kind === 'plan') say(format.fill(words.placeSaid, { title, x: `${format.number(where[0] * 100, 1)} %`, y: `${format.number(where[1] * 100, 1)} %` }));
    else say(format.fill(words.positionSaid, { title, latitude: format.number(where[0], 4), longitude: format.number(where[1], 4) }));
  };
  const keys = (id: string, at: At) => (e: KeyboardEvent) => {
    const way = ARROWS[e.key];
    if (!way || !board.current || e.altKey || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    const step = e.shiftKey ? SMALL_STEP : STEP;
    put(id, board.current.shift(at, way[0] * step, way[1] * step));
  };
  const missing = plan && !plan.picture;
  const rest = things.filter(t => !spots.some(s => s.thing.id === t.id));
  return (
    <div class="grounds">
      <div class="stack">
        {missing && <Note kind="warn">{format.fill(words.pictureMissing, { name: plan.image })}</Note>}
        {!missing && (
          <Board ground={ground} label={plan ? format.fill(words.planShows, { title: plan.title }) : words.mapShows}
            drawn={plan?.picture && { address: pictureAddress(site.name, plan.image, plan.picture.tag), width: plan.picture.width, height: plan.picture.height }}
            home={plans.site && [plans.site.latitude, plans.site.longitude]}
            stands={spots.map(s => ({ id: s.thing.id, at: s.at, movable: arranging && !s.live, card: <Standing thing={s.thing} link={!arranging} chosen={arranging && chosen === s.thing.id} /> }))}
            onMove={(id, at) => { choose(id); put(id, at); }} onReady={(shift, centre) => { board.current = { shift, centre }; }} />
        )}
        {ground.kind === 'map' && <p class="soft small">{words.outlines}</p>}
        {arranging && plan && <OtherPicture plan={plan} onPut={again} />}
      </div>
      <div class="stack">
        <Card title={words.machinesHere} class="standing-list">
          {arranging && <p class="soft small">{words.arrangeHelp}</p>}
          {spots.length === 0 && <p class="soft">{words.nobodyHere}</p>}
          <ul>{spots.map(s => (
            <li key={s.thing.id} class={arranging && chosen === s.thing.id ? 'chosen' : ''}>
              {arranging && !s.live
                ? <button type="button" class="quiet" aria-pressed={chosen === s.thing.id} onClick={() => choose(s.thing.id)} onFocus={() => choose(s.thing.id)} onKeyDown={keys(s.thing.id, s.at)}>{titleOf(s.thing)}</button>
                : <a href={address(site.name, 'thing', s.thing.id)}>{titleOf(s.thing)}</a>}
              <span class="now"><Main thing={s.thing} /></span>
              <Ill thing={s.thing} />
              {s.live && <small class="soft">{words.tellsItself}</small>}
              {arranging && !s.live && <button type="button" class="quiet tiny" onClick={() => put(s.thing.id, null)}>{words.takeOff}<span class="hidden"> {titleOf(s.thing)}</span></button>}
            </li>
          ))}</ul>
          <p class="soft small" role="status">{said}</p>
        </Card>
        {arranging && rest.length > 0 && (
          <Card title={words.notHere} class="standing-list">
            <ul>{rest.map(t => <li key={t.id}><span>{titleOf(t)}</span><button type="button" class="tiny" disabled={missing === true} onClick={() => { choose(t.id); put(t.id, board.current?.centre() ?? [0.5, 0.5]); }}>{words.putHere}<span class="hidden"> {titleOf(t)}</span></button></li>)}</ul>
          </Card>
        )}
      </div>
    </div>
  );
}

// The card of a machine on the ground.
function Standing({ thing, link, chosen }: { thing: Thing; link: boolean; chosen: boolean }) {
  const { site, live } = useAround();
  const ill = useLive(live, s => worstOf(thing, s.cells) !== undefined);
  const inside: ComponentChildren = <><i class="pin" /><span class="label"><strong>{titleOf(thing)}</strong><Main thing={thing} /><Ill thing={thing} /></span></>;
  const look = `standing ${ill ? 'ill' : ''} ${chosen ? 'chosen' : ''}`;
  return link ? <a class={look} href={address(site.name, 'thing', thing.id)}>{inside}</a> : <span class={look}>{inside}</span>;
}

// What is wrong is said once, by the worst of it: see below.
function Main({ thing }: { thing: Thing }) {
  const { live } = useAround();
  const main = mainOf(thing);
  const cell = useCell(live, main?.property ?? '') ?? main;
  if (!cell) return null;
  if (cell.private) return <Value cell={cell} />;
  const { missing_since: _, missing_cause: __, ...well } = cell;
  return <Value cell={{ ...well, ...(cell.quality === 'bad' ? { quality: 'good' as const } : {}) }} />;
}

function Ill({ thing }: { thing: Thing }) {
  const { words, format, live } = useAround();
  const text = useLive(live, s => {
    const worst = worstOf(thing, s.cells);
    switch (worst?.kind) {
      case 'missing': return format.fill(words.missingSince, { at: format.at(Date.parse(worst.since), live.now()) });
      case 'write': return { refused: words.refusedWrite, unreachable: words.unreachableWrite, differs: words.differsWrite, left: words.leftWrite }[worst.write];
      case 'bad': return `${titleOf(worst.cell)}: ${words.badValue}`;
      case 'service': return words.outOfService;
      default: return '';
    }
  });
  return text ? <span class="ill-text"><Icon name="warn" size={14} /> {text}</span> : null;
}

// The picture is kept at once; where machines stand is definition and goes through the site file.
function Changes({ fresh, moves, onDone, onDiscard }: { fresh: readonly Plan[]; moves: Moves; onDone: () => void; onDiscard: () => void }) {
  const { words, site, refresh } = useAround();
  const [looked, setLooked] = useState<{ before: string; after: string; revision: number; told: Applied }>();
  const [failed, setFailed] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => setLooked(undefined), [moves, fresh]);
  const run = async (work: () => Promise<void>) => {
    setBusy(true); setFailed('');
    try { await work(); } catch (error) {
      const problem = asProblem(error);
      setFailed(problem.status === 412 ? words.otherRevision : problemText(words, problem));
      setLooked(undefined);
    } finally { setBusy(false); }
  };
  const look = () => run(async () => {
    const file = await api.file(site.name);
    const after = written(file.yaml, fresh, moves);
    if (after === undefined) { setFailed(words.notWritten); return; }
    setLooked({ before: file.yaml, after, revision: file.revision, told: await api.apply(site.name, after, file.revision, { dry_run: true }) });
  });
  const apply = () => run(async () => {
    if (!looked) return;
    await api.apply(site.name, looked.after, looked.revision, {});
    refresh();
    onDone();
  });
  return (
    <Card class="place-changes">
      {failed && <Note kind="bad">{failed}</Note>}
      {looked && (looked.told.unchanged ? <Note kind="plain">{words.unchanged}</Note> : <pre class="diff" tabIndex={0}>{changesOnly(diff(looked.before, looked.after)).map((l, i) => l ? <span key={i} class={l.kind}>{`${String(l.line).padStart(4)} ${{ same: ' ', out: '−', in: '+' }[l.kind]} ${l.text}\n`}</span> : <span key={i} class="skip-lines">{'   …\n'}</span>)}</pre>)}
      <div class="row">
        {looked && !looked.told.unchanged
          ? <button type="button" class="main" disabled={busy} onClick={() => void apply()}>{words.apply}</button>
          : <button type="button" class="main" disabled={busy} onClick={() => void look()}>{words.check}</button>}
        <button type="button" class="quiet" disabled={busy} onClick={onDiscard}>{words.discard}</button>
      </div>
    </Card>
  );
}

function written(yaml: string, fresh: readonly Plan[], moves: Moves): string | undefined {
  let out: string | undefined = fresh.reduce(withPlan, yaml);
  for (const [thing, to] of Object.entries(moves.places)) out &&= withField(out, thing, 'place', to ? placeText(to.plan, to.at) : undefined);
  for (const [thing, at] of Object.entries(moves.positions)) out &&= withField(out, thing, 'position', at ? positionText(at) : undefined);
  return out;
}

// ---- pictures

const KINDS = 'image/png,image/jpeg,image/webp';

function AddPlan({ taken, onAdded }: { taken: ReadonlySet<string>; onAdded: (plan: Plan) => void }) {
  const { words, site } = useAround();
  const [title, setTitle] = useState('');
  const [file, setFile] = useState<File>();
  // A new field is an empty one.
  const [round, setRound] = useState(0);
  const [failed, setFailed] = useState('');
  const [busy, setBusy] = useState(false);
  const add = async () => {
    if (!file) return;
    setBusy(true); setFailed('');
    const id = nameFrom(title, taken);
    try {
      const picture = await api.putPicture(site.name, id, file);
      onAdded({ id, title: title.trim() || id, image: id, picture });
      setTitle(''); setFile(undefined); setRound(round + 1);
    } catch (error) { setFailed(problemText(words, asProblem(error))); } finally { setBusy(false); }
  };
  const tooLarge = file !== undefined && file.size > PICTURE_BYTES_MAX;
  return (
    <Card title={words.addPlan}>
      <form class="form" onSubmit={e => { e.preventDefault(); void add(); }}>
        <div class="grid">
          <Text label={words.planTitle} value={title} onValue={setTitle} required />
          <Field label={words.picture} hint={words.pictureHint}>{(id, hint) => <input key={round} id={id} {...(hint ? { 'aria-describedby': hint } : {})} type="file" accept={KINDS} required onChange={e => setFile(e.currentTarget.files?.[0])} />}</Field>
        </div>
        {(failed || tooLarge) && <Note kind="bad">{tooLarge ? words.pictureTooLarge : failed}</Note>}
        <button class="main" disabled={busy || !file || tooLarge || !title.trim()}>{words.addPlan}</button>
      </form>
    </Card>
  );
}

function OtherPicture({ plan, onPut }: { plan: Plan; onPut: () => void }) {
  const { words, site } = useAround();
  const [failed, setFailed] = useState('');
  const put = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > PICTURE_BYTES_MAX) { setFailed(words.pictureTooLarge); return; }
    setFailed('');
    try { await api.putPicture(site.name, plan.image, file); onPut(); } catch (error) { setFailed(problemText(words, asProblem(error))); }
  };
  return (
    <>
      <Field label={words.otherPicture} hint={words.pictureHint}>{(id, hint) => <input id={id} {...(hint ? { 'aria-describedby': hint } : {})} type="file" accept={KINDS} onChange={e => void put(e.currentTarget.files?.[0])} />}</Field>
      {failed && <Note kind="bad">{failed}</Note>}
    </>
  );
}
