// The site at a glance: what is wrong first, then who switches whom, then every machine.
import { useEffect, useState } from 'preact/hooks';
import { api, type Cell, type LogEntry, type Thing } from '../api';
import { inCharge, priorityWords, whoWords } from '../charge';
import { address, mayBe, useAround, useAsked, useCell, useLive, useMedia, useNow } from '../context';
import { titleOf } from '../format';
import { Ask } from '../parts/ask';
import { LinkMap } from '../parts/linkmap';
import { Act, Card, Dialog, Icon, Note, Value } from '../parts/small';
import { troubles, type Trouble } from '../trouble';

export function SitePage() {
  const { site } = useAround();
  const narrow = useMedia('(max-width: 47rem)');
  return (
    <>
      <div class="headline"><h1>{site.title ?? site.name}</h1><Arming /></div>
      <Ask />
      <Wrong />
      <Modes />
      {narrow ? <><Machines /><LinkMap /></> : <><LinkMap /><Machines /></>}
      <Recently />
    </>
  );
}

// They come after what is wrong: a site without modes and scenes needs nothing of it.
function Modes() {
  const [Part, set] = useState<typeof import('../parts/modes').Modes>();
  useEffect(() => { import('../parts/modes').then(part => set(() => part.Modes), () => { /* the page Rules says so */ }); }, []);
  return Part ? <Part /> : null;
}

function Arming() {
  const { words, site, live, account } = useAround();
  const armed = useLive(live, s => s.armed);
  const [asking, ask] = useState(false);
  const may = mayBe(account.role, 'installer');
  return (
    <div class="arming">
      <span title={armed ? words.armedNote : words.watchingNote}><Icon name={armed ? 'link' : 'eye'} size={18} /> {armed ? words.armed : words.watching}</span>
      {may && <button type="button" class="quiet" onClick={() => ask(true)}>{armed ? words.disarm : words.arm}</button>}
      {asking && (
        <Dialog title={armed ? words.disarm : words.arm} onClose={() => ask(false)}>
          <p>{armed ? words.watchingNote : words.armAsk}</p>
          <div class="row end">
            <button type="button" onClick={() => ask(false)}>{words.cancel}</button>
            <Act class="main" onAct={() => api.arm(site.name, !armed)} onDone={() => ask(false)}>{armed ? words.disarm : words.arm}</Act>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Wrong() {
  const { words, format, site, live, links } = useAround();
  useLive(live, s => s.illTurns);
  const things = useLive(live, s => s.things);
  const connectors = useLive(live, s => s.connectors);
  const found = troubles(things, live.state.cells, site, connectors.length ? connectors : site.connectors);
  const armed = useLive(live, s => s.armed);
  return (
    <section class={`wrong ${found.length ? '' : 'well'}`} aria-live="polite" aria-label={words.wrong}>
      {found.length === 0
        ? <p class="well"><Icon name="good" size={26} /><span><strong>{words.nothingWrong}</strong><br />{format.fill(words.nothingWrongNote, { machines: format.plural(words.machineCount, things.length), links: format.plural(words.linkCount, links.length) })}</span></p>
        : <><h2><Icon name="warn" /> {format.plural(words.wrongCount, found.length)}</h2><ul class="troubles">{found.map((t, i) => <li key={i}><TroubleLine trouble={t} /></li>)}</ul></>}
      {!armed && <p class="watching"><Icon name="eye" size={18} /> {words.watchingNote}</p>}
    </section>
  );
}

function TroubleLine({ trouble }: { trouble: Trouble }) {
  const { words, format, site, live } = useAround();
  const now = useNow(live, 5000);
  const to = (thing: Thing) => <a href={address(site.name, 'thing', thing.id)}>{titleOf(thing)}</a>;
  const at = (time: string | undefined) => time ? format.at(Date.parse(time), now) : '';
  switch (trouble.kind) {
    case 'site': return <><strong>{words.siteTrouble}</strong> <span lang="en">{trouble.text}</span></>;
    case 'disk': return <><strong>{trouble.disk === 'dead' ? words.diskDead : words.diskFull}</strong> <span lang="en">{trouble.text}</span></>;
    case 'line': return <><strong>{format.fill(words.lineDown, { line: trouble.connector.connector.replaceAll('_', ' ') })}</strong> {trouble.connector.since && format.fill(words.since, { at: at(trouble.connector.since) })} <span class="soft" lang="en">{trouble.connector.last_error}</span></>;
    case 'missing': return (
      <><strong>{to(trouble.thing)}</strong> {trouble.cells.slice(0, 3).map(c => titleOf(c)).join(', ')}
        {trouble.cells.length > 3 && ` ${format.plural(words.andMore, trouble.cells.length - 3)}`}: {format.fill(words.missingSince, { at: at(trouble.since) }).toLocaleLowerCase(format.locale)} <span class="soft">({format.fill(words.missingFor, { age: format.span(now - Date.parse(trouble.since)) })}{trouble.cause && <>, <span lang="en">{trouble.cause}</span></>})</span></>
    );
    case 'write': return <><strong>{to(trouble.thing)}</strong> {titleOf(trouble.cell)}: {{ refused: words.refusedWrite, unreachable: words.unreachableWrite, differs: words.differsWrite, left: words.leftWrite }[trouble.write]} <span class="soft">{format.fill(words.shallBe, { value: format.withUnit(trouble.cell, trouble.cell.desired) })}</span></>;
    case 'bad': return <><strong>{to(trouble.thing)}</strong> {titleOf(trouble.cell)}: {words.badValue}</>;
    case 'service': return <><strong>{to(trouble.thing)}</strong> {words.outOfService} <span class="soft">{trouble.cell.out_of_service}</span></>;
  }
}

function Machines() {
  const { words, site, live, account } = useAround();
  const things = useLive(live, s => s.things);
  return (
    <section aria-labelledby="machines">
      <div class="headline"><h2 id="machines">{words.machines}</h2>{mayBe(account.role, 'installer') && <a class="button quiet" href={address(site.name, 'setup', 'add')}><Icon name="plus" size={18} /> {words.addMachine}</a>}</div>
      {things.length === 0 ? <Note kind="plain">{words.noMachines}</Note> : <div class="machines">{things.map(t => <Machine key={t.id} thing={t} />)}</div>}
    </section>
  );
}

function Machine({ thing }: { thing: Thing }) {
  const { site } = useAround();
  const acts = thing.properties.filter(p => p.writable), seen = thing.properties.filter(p => !p.writable);
  return (
    <Card level={3} class="machine" title={<a href={address(site.name, 'thing', thing.id)}>{titleOf(thing)}</a>}>
      <dl>{[...seen, ...acts].map(p => <Row key={p.property} path={p.property} first={p} />)}</dl>
    </Card>
  );
}

function Row({ path, first }: { path: string; first: Cell }) {
  const { words, format, live } = useAround();
  const cell = useCell(live, path) ?? first;
  const charge = cell.in_charge && !cell.private ? inCharge(cell.in_charge) : undefined;
  const differs = cell.desired !== undefined && cell.value !== undefined && cell.write !== 'settled' && JSON.stringify(cell.desired) !== JSON.stringify(cell.value);
  return (
    <div class={`pair ${cell.writable ? 'acts' : ''} ${cell.missing_since ? 'missing' : ''}`}>
      <dt>{titleOf(cell)}</dt>
      <dd>
        <Value cell={cell} />
        {differs && <span class="mark">{format.fill(words.shallBe, { value: format.withUnit(cell, cell.desired) })}</span>}
        {charge && charge.kind !== 'fallback' && charge.kind !== 'nobody' && (
          <span class="charge" title={cell.why}>
            {charge.kind !== 'service' && <Icon name={charge.priority === 'manual' ? 'hand' : 'link'} size={14} />} {whoWords(words, cell.in_charge!)}
            {charge.priority && charge.priority !== 'manual' && <span class="soft"> ({priorityWords(words, charge.priority)})</span>}
            {charge.until && <span class="soft"> {format.fill(words.until, { at: charge.until })}</span>}
          </span>
        )}
      </dd>
    </div>
  );
}

const SHOWN_ENTRIES = 8;

function Recently() {
  const { words, site, live } = useAround();
  const [most, setMost] = useState(SHOWN_ENTRIES);
  const holders = useLive(live, s => s.things.flatMap(t => t.properties.filter(p => p.writable).map(p => s.cells.get(p.property)?.in_charge)).join('|') + s.status + s.armed);
  const asked = useAsked(() => api.log(site.name, most), [site.name, most, holders, site.revision]);
  const entries = asked.value?.entries ?? [];
  if (!entries.length) return null;
  return (
    <Card title={words.recently} class="recently">
      <ol class="events">{entries.map(e => <Entry key={e.position} entry={e} />)}</ol>
      {entries.length >= most && <button type="button" class="quiet" onClick={() => setMost(most + 20)}>{words.more}</button>}
    </Card>
  );
}

function Entry({ entry }: { entry: LogEntry }) {
  const { format, live } = useAround();
  return <li><time dateTime={entry.time}>{format.at(Date.parse(entry.time), live.now())}</time><span lang="en">{entry.text[0]}{entry.text.length > 1 && <small>{entry.text.slice(1).join('; ')}</small>}</span></li>;
}
