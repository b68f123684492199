// One machine: its values, what can be switched, then and now on a chart, and what an engineer wants to know.
import { useEffect, useState } from 'preact/hooks';
import { api, type Cell, type Commanded, type Json, type Problem, type Thing } from '../api';
import { address, mayBe, useAround, useAsked, useCell, useLive, useNow } from '../context';
import { titleOf } from '../format';
import { Actuator, Service, WhyDialog, Wire, type Described } from '../parts/actuator';
import { Act, Card, Icon, LiveValue, Note, Trouble } from '../parts/small';

export function ThingPage({ path: [id = ''] }: { path: string[] }) {
  const { words, site, live } = useAround();
  const things = useLive(live, s => s.things);
  const status = useLive(live, s => s.status);
  const thing = things.find(t => t.id === id);
  if (!thing) return status === 'live' ? <Note kind="warn">{words.notFound}</Note> : <p class="loading">{words.loading}</p>;
  return <One key={id} thing={thing} site={site.name} />;
}

function One({ thing, site }: { thing: Thing; site: string }) {
  const { words } = useAround();
  const description = useAsked(() => api.description(site, thing.id), [site, thing.id]);
  const rules = useAsked(() => api.rules(site), [site, thing.id]).value?.rules ?? [];
  const acts = thing.properties.filter(p => p.writable);
  const charted = thing.properties.filter(p => !p.private && p.type !== 'text' && p.type !== 'bytes' && p.type !== 'group' && p.type !== 'position');
  const first = charted.find(p => p.type === 'number' && !p.writable) ?? charted[0];
  const described = (path: string): Described => ((description.value?.properties as Record<string, Described> | undefined)?.[path.split('.')[1] ?? '']) ?? {};
  return (
    <>
      <nav class="crumbs" aria-label={words.back}><a href={address(site)}><Icon name="left" size={18} /> {words.home}</a></nav>
      <div class="headline"><h1>{titleOf(thing)} <small class="id">{thing.id}</small></h1><Service thing={thing.id} cell={acts[0]} /></div>
      <Tiles cells={thing.properties.filter(p => !p.writable)} />
      {acts.length > 0 && <div class="actuators">{acts.map(c => <Actuator rules={rules} key={c.property} path={c.property} thing={thing.id} described={described(c.property)} />)}</div>}
      {(thing.actions ?? []).length > 0 && <Actions thing={thing} />}
      {first && <Chart cells={charted} first={first.property} />}
      <Engineer thing={thing} description={description.value} problem={description.problem} />
    </>
  );
}

// The chart comes when the values stand: what draws it is as much as the rest of the page.
function Chart(props: { cells: Cell[]; first: string }) {
  const { words } = useAround();
  const [Part, set] = useState<typeof import('../parts/chart').ChartCard>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    import('../parts/chart').then(part => { if (!gone) set(() => part.ChartCard); }, () => { if (!gone) setFailed(true); });
    return () => { gone = true; };
  }, []);
  if (failed) return <Note kind="bad">{words.noAnswer}</Note>;
  return Part ? <Part {...props} /> : <section class="card chart coming"><p class="loading">{words.loading}</p></section>;
}

function Tiles({ cells }: { cells: Cell[] }) {
  if (!cells.length) return null;
  return <div class="tiles">{cells.map(c => <Tile key={c.property} first={c} />)}</div>;
}

function Tile({ first }: { first: Cell }) {
  const { words, format, live } = useAround();
  const cell = useCell(live, first.property) ?? first;
  const now = useNow(live);
  const [why, askWhy] = useState(false);
  return (
    <div class={`tile ${cell.missing_since ? 'missing' : ''}`}>
      <span class="label">{titleOf(cell)}</span>
      <LiveValue path={cell.property} big />
      <span class="age">{cell.received && !cell.private ? format.fill(words.age, { age: format.span(now - Date.parse(cell.received)) }) : ''}
        <button type="button" class="quiet tiny" onClick={() => askWhy(true)} aria-label={`${words.why} ${titleOf(cell)}`}>{words.why}</button></span>
      {why && <WhyDialog about={cell.property} onClose={() => askWhy(false)} />}
    </div>
  );
}

function Actions({ thing }: { thing: Thing }) {
  const { words, site, account } = useAround();
  const [said, say] = useState<{ good: boolean; text: string }>();
  const [problem, setProblem] = useState<Problem>();
  let answer: Commanded | undefined;
  return (
    <Card title={words.actions}>
      <div class="row">{thing.actions!.filter(a => !a.input).map(a => (
        <Act key={a.name} disabled={!mayBe(account.role, 'operator')} onAct={async () => { answer = await api.act(site.name, thing.id, a.name); }}
          onDone={p => { setProblem(p); say(p ? undefined : { good: answer?.outcome?.kind === 'done', text: answer?.outcome?.kind === 'done' ? words.outcomeDone : answer?.outcome?.text ?? words.outcomeWaiting }); }}>{titleOf(a)}</Act>
      ))}</div>
      {said && <Note kind={said.good ? 'good' : 'warn'}>{said.text}</Note>}
      <Trouble problem={problem} />
    </Card>
  );
}

function Engineer({ thing, description, problem }: { thing: Thing; description: Record<string, Json> | undefined; problem: Problem | undefined }) {
  const { words, site, format, live } = useAround();
  // What is in order says so once, not with each value.
  useLive(live, s => `${s.illTurns} ${thing.properties.filter(p => s.cells.get(p.property)?.value !== undefined).length}`);
  const { cells } = live.state;
  const connectors = useLive(live, s => s.connectors);
  const health = (connectors.length ? connectors : site.connectors).find(c => c.connector === thing.connector);
  const at = (time: string) => format.at(Date.parse(time), live.now());
  const number = (n: number | undefined) => n === undefined ? '' : format.number(n, 0);
  return (
    <section class="engineer" aria-labelledby="details">
      <h2 id="details">{words.details}</h2>
      <div class="columns">
        <div class="stack">
        <Card level={3} title={words.expected}>
          <ul class="ledger">{thing.properties.map(p => { const c = cells.get(p.property) ?? p; return (
            <li key={p.property} class={c.missing_since ? 'missing' : ''}><Icon name={c.private ? 'lock' : c.missing_since ? 'cut' : 'good'} size={16} /> <code>{p.property.split('.')[1]}</code>
              <span>{c.private ? words.closed : c.missing_since ? `${format.fill(words.expectedMissing, { at: at(c.missing_since) })} (${c.missing_cause ?? ''})` : c.value === undefined ? words.neverRead : words.expectedHas}</span></li>
          ); })}</ul>
        </Card>
        <Card level={3} title={words.description} class="description">
          <details><summary>{words.descriptionNote}</summary><Trouble problem={problem} />{description && <pre tabIndex={0}>{JSON.stringify(description, undefined, 2)}</pre>}</details>
        </Card>
        </div>
        {health && (
          <Card level={3} title={<>{words.connection} <small class="id">{health.connector}</small></>}>
            <p class={health.up ? 'up' : 'down'}><i class="dot" /> {health.since ? format.fill(health.up ? words.upSince : words.downSince, { at: at(health.since) }) : ''}</p>
            <dl class="facts">
              {([[words.frames, health.frames], [words.readings, health.readings], [words.gapsSeen, health.gaps], [words.commandsSent, health.commands], [words.reconnects, health.reconnects], [words.dropped, health.dropped]] as const).map(([name, n]) => <div key={name}><dt>{name}</dt><dd>{number(n)}</dd></div>)}
              <div><dt>{words.lastError}</dt><dd lang="en">{health.last_error || words.nothing}</dd></div>
            </dl>
          </Card>
        )}
        <LastBytes thing={thing} />
      </div>
    </section>
  );
}

function LastBytes({ thing }: { thing: Thing }) {
  const { words, site, format } = useAround();
  const open = thing.properties.filter(p => !p.private);
  const asked = useAsked(async () => {
    for (const p of open.slice(0, ASKED_MAX)) {
      const step = (await api.why(site.name, p.property)).steps.findLast(s => s.wire_hex);
      if (step) return step;
    }
    return undefined;
  }, [site.name, thing.id]);
  const step = asked.value;
  return (
    <Card level={3} title={words.wire} class="bytes" actions={<button type="button" class="quiet" onClick={asked.again}>{words.tryAgain}</button>}>
      <Trouble problem={asked.problem} />
      {step?.wire_hex ? <><p class="soft small">{step.time && format.seconds(Date.parse(step.time))} <span lang="en">{step.text}</span></p><Wire hex={step.wire_hex} text={step.wire_text} /></> : <p class="soft">{words.noWire}</p>}
    </Card>
  );
}
const ASKED_MAX = 4;
