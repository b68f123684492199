// A machine by a form: it writes the site file, which is checked and shown before it acts.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, type Applied, type LineError, type LineSettings, type Probed, type Problem, type SiteText, type Tried } from '../api';
import { address, asProblem, go, problemText, useAround, useAsked, useCell, useLive } from '../context';
import { symbol, titleOf } from '../format';
import { Act, Card, Choice, Field, Icon, Note, Segments, Text, Value } from '../parts/small';
import { idsOf, NAME, withMachine, type LineType, type NewMachine, type NewRegister } from '../yaml';
import { hand } from './setup-file';

const FORMS = ['int16', 'uint16', 'int32', 'uint32', 'float32'] as const;
const P1: NewRegister[] = [
  { name: 'power', at: '1-0:1.7.0', type: 'number', unit: 'kW' }, { name: 'power_returned', at: '1-0:2.7.0', type: 'number', unit: 'kW' },
  { name: 'energy_day', at: '1-0:1.8.1', type: 'register', unit: 'kWh' }, { name: 'energy_night', at: '1-0:1.8.2', type: 'register', unit: 'kWh' },
];
type Row = { name: string; kind: 'input' | 'holding'; number: string; form: (typeof FORMS)[number]; factor: string; unit: string };
const emptyRow = (): Row => ({ name: '', kind: 'input', number: '0', form: 'int16', factor: '1', unit: '' });
const NEW = '';
const BAUDS = ['', '2400', '4800', '9600', '19200', '38400', '57600', '115200'] as const;
const MODES = ['8N1', '8E1', '8O1', '8N2'] as const;
const EXAMPLES: Record<LineType, string> = { modbus_tcp: '192.168.1.30:502', modbus_rtu: '/dev/ttyUSB0', dsmr_p1: '192.168.1.20:2001' };

export function AddMachine() {
  const [round, again] = useState(0);
  return <Adding key={round} onMore={() => again(round + 1)} />;
}

function Adding({ onMore }: { onMore: () => void }) {
  const { words, format, site, refresh } = useAround();
  const [file, setFile] = useState<SiteText>();
  const [how, setHow] = useState<LineType>('modbus_tcp');
  const [line, setLine] = useState(NEW);
  const [where, setWhere] = useState('');
  const [id, setId] = useState('');
  const [title, setTitle] = useState('');
  const [baud, setBaud] = useState<(typeof BAUDS)[number]>('9600');
  const [mode, setMode] = useState<(typeof MODES)[number]>('8N1');
  const [unit, setUnit] = useState('1');
  const [profile, setProfile] = useState('');
  const [rows, setRows] = useState<Row[]>([emptyRow()]);
  const [told, setTold] = useState<Applied>();
  const [errors, setErrors] = useState<LineError[]>([]);
  const [failed, setFailed] = useState('');
  const [busy, setBusy] = useState(false);
  const [added, setAdded] = useState('');
  const [probed, setProbed] = useState<Probed>();
  const [tried, setTried] = useState<Tried>();
  const profiles = useAsked(api.profiles, []).value ?? [];
  const found = useAsked(() => api.found(site.name), [site.name]).value ?? [];
  useEffect(() => { api.file(site.name).then(setFile, e => setFailed(problemText(words, asProblem(e)))); }, [site.name]);
  if (!file) return failed ? <Note kind="bad">{failed}</Note> : <p class="loading">{words.loading}</p>;
  if (added) return <Added thing={added} onMore={onMore} />;

  const lines = idsOf(file.yaml, 'connectors').filter(c => c.type === how);
  const taken = new Set([...idsOf(file.yaml, 'things'), ...idsOf(file.yaml, 'connectors')].map(x => x.id));
  const registers = how === 'dsmr_p1' ? P1 : profile ? [] : rows.filter(r => r.name).map(r => ({ name: r.name, at: `${r.kind} ${r.number} ${r.form}${Number(r.factor) === 1 ? '' : ` x${r.factor}`}`, type: 'number', unit: r.unit }));
  const ready = NAME.test(id) && !taken.has(id) && (line !== NEW || (where.trim() !== '' && (how !== 'modbus_rtu' || baud !== ''))) && (how === 'dsmr_p1' || profile !== '' || (registers.length > 0 && registers.every(r => NAME.test(r.name))));
  const lineId = lineNameFor(id, taken);
  const modbus = how !== 'dsmr_p1';
  const endpoint = how === 'dsmr_p1' && !/^\w+:\/\/|^\//.test(where) ? `tcp://${where.trim()}` : where.trim();
  const machine: NewMachine = {
    id, title: title.trim(), registers,
    line: line !== NEW ? { id: line } : { id: lineId, type: how, address: endpoint, ...(how === 'modbus_rtu' ? { baud: Number(baud), mode } : {}) },
    ...(modbus ? { unit: Number(unit) } : {}), ...(modbus && profile ? { profile } : {}),
  };
  const run = async (dry: boolean) => {
    setBusy(true); setFailed(''); setErrors([]);
    try {
      const answer = await api.apply(site.name, withMachine(file.yaml, machine), file.revision, dry ? { dry_run: true } : { confirmed: true });
      if (dry) setTold(answer);
      else { refresh(); setAdded(id); }
    } catch (error) {
      const problem: Problem = asProblem(error);
      setErrors(problem.errors);
      setFailed(problem.status === 412 ? words.otherRevision : problem.errors.length ? '' : problemText(words, problem));
      setTold(undefined);
    } finally { setBusy(false); }
  };
  const forget = () => { setTold(undefined); setTried(undefined); };
  // How the line is reached, as the site file says it; a speed that nobody knows is found by trying.
  const lineNow = (): LineSettings => ({
    endpoint, ...(how === 'modbus_rtu' && baud ? { baud, mode } : {}), ...(modbus ? { units: how === 'modbus_tcp' ? PROBED_TCP : baud ? PROBED_SERIAL : PROBED_UNKNOWN } : {}),
  });
  const asFound = (what: string, settings: LineSettings) => {
    forget();
    if (settings.unit) setUnit(settings.unit);
    if (BAUDS.includes(settings.baud as '9600')) setBaud(settings.baud as '9600');
    if (MODES.includes(settings.mode as '8N1')) setMode(settings.mode as '8N1');
    const models = /models \[([\d, ]+)\]/.exec(what)?.[1]?.split(', ').map(Number) ?? [];
    if (models.some(m => m >= 101 && m <= 113)) setProfile('sunspec_inverter');
    else if (models.some(m => m >= 201 && m <= 214)) setProfile('sunspec_meter');
    if (!id) setId(nameFor(what, settings, taken));
  };
  const problemOf = (p: Problem | undefined) => { setErrors(p?.errors ?? []); setFailed(!p || p.errors.length ? '' : problemText(words, p)); };
  const row = (i: number, change: Partial<Row>) => { forget(); setRows(rows.map((r, j) => j === i ? { ...r, ...change } : r)); };
  return (
    <>
    {found.length > 0 && (
      <Card title={words.foundDevices}>
        <ul class="plain">{found.map(f => <li key={f.connector + f.what + f.settings.unit} class="row"><button type="button" onClick={() => { setHow((f.settings.type as LineType | undefined) ?? how); setLine(f.connector); asFound(f.what, f.settings); }}><Icon name="plus" size={18} /> {words.addMachine}</button> <span lang="en">{f.what}</span> <small class="soft">{f.connector.replaceAll('_', ' ')}</small></li>)}</ul>
      </Card>
    )}
    <Card title={words.addMachineTab}>
      <form class="form" onSubmit={e => { e.preventDefault(); void run(!told); }}>
        <Segments label={words.how} value={how} options={[['modbus_tcp', words.byModbusTcp], ['modbus_rtu', words.byModbusRtu], ['dsmr_p1', words.byP1]]} onValue={h => { setHow(h); setLine(NEW); setProbed(undefined); forget(); }} />
        <div class="grid">
          <Text label={words.machineName} hint={words.machineNameHint} value={id} onValue={v => { setId(v); forget(); }} required autocapitalize="none" spellcheck={false} pattern="[a-z][a-z0-9_]{0,62}" />
          <Text label={words.machineTitle} value={title} onValue={setTitle} />
          <Choice label={words.existingLine} value={line} options={[[NEW, words.newLine], ...lines.map(l => [l.id, l.id] as const)]} onValue={l => { setLine(l); setProbed(undefined); forget(); }} />
          {line === NEW && <Text label={words.address} hint={format.fill(words.addressHint, { example: EXAMPLES[how] })} value={where} onValue={w => { setWhere(w); setProbed(undefined); forget(); }} required spellcheck={false} />}
          {line === NEW && how === 'modbus_rtu' && <Choice label={words.baud} value={baud} options={BAUDS.map(b => [b, b || words.unknownSpeed] as const)} onValue={b => { setBaud(b); forget(); }} />}
          {line === NEW && how === 'modbus_rtu' && <Choice label={words.serialMode} value={mode} options={MODES.map(m => [m, m] as const)} onValue={m => { setMode(m); forget(); }} />}
          {modbus && <Text label={words.unitNumber} type="number" min={0} value={unit} onValue={u => { setUnit(u); forget(); }} required />}
          {modbus && <Choice label={words.whatIsIt} value={profile} options={[['', words.itself] as const, ...profiles.filter(p => p.connectors?.includes(how) ?? true).map(p => [p.name, p.title] as const)]} onValue={p => { setProfile(p); forget(); }} />}
        </div>
        {line === NEW && <Answers probed={probed} onPick={asFound}><Act disabled={where.trim() === ''} onAct={async () => { setProbed(undefined); setProbed(await api.probe(site.name, how, lineNow())); }} onDone={problemOf}><Icon name="question" size={18} /> {words.probe}</Act></Answers>}
        {modbus && !profile && (
          <fieldset>
            <legend>{words.registers}</legend>
            {rows.map((r, i) => (
              <div class="register" key={i}>
                <Text label={words.registerName} value={r.name} onValue={name => row(i, { name })} pattern="[a-z][a-z0-9_]{0,62}" autocapitalize="none" spellcheck={false} />
                <Choice label={words.registerAddress} value={r.kind} options={[['input', 'input'], ['holding', 'holding']]} onValue={kind => row(i, { kind })} />
                <Field label="#">{fid => <input id={fid} type="number" min={0} max={65535} value={r.number} onInput={e => row(i, { number: e.currentTarget.value })} />}</Field>
                <Choice label={words.registerType} value={r.form} options={FORMS.map(f => [f, f] as const)} onValue={form => row(i, { form })} />
                <Text label={words.registerFactor} value={r.factor} onValue={factor => row(i, { factor })} pattern="[0-9.]+" spellcheck={false} />
                <Text label={words.registerUnit} value={r.unit} onValue={u => row(i, { unit: u })} spellcheck={false} />
              </div>
            ))}
            <button type="button" class="quiet" onClick={() => setRows([...rows, emptyRow()])}><Icon name="plus" size={18} /> {words.addRegister}</button>
          </fieldset>
        )}
        {failed && <Note kind="bad">{failed}</Note>}
        {errors.length > 0 && <div class="note bad" role="alert"><ul>{errors.map((e, i) => <li key={i}>{format.fill(words.errorAt, { line: e.line, message: e.message })}</li>)}</ul></div>}
        {tried && <Values tried={tried} />}
        {told && <><pre class="diff" tabIndex={0}>{withMachine(file.yaml, machine).split('\n').filter(l => !file.yaml.split('\n').includes(l)).map((l, i) => <span key={i} class="in">{`+ ${l}\n`}</span>)}</pre>{told.risks?.length ? <Note kind="warn"><span lang="en">{told.risks.join(' ')}</span></Note> : null}</>}
        <div class="row">
          {line === NEW && <Act disabled={!ready} onAct={async () => { setTried(undefined); setTried(await api.tryOut(site.name, withMachine(file.yaml, machine), id)); }} onDone={problemOf}><Icon name="eye" size={18} /> {words.readNow}</Act>}
          <button class="main" disabled={!ready || busy}>{told ? words.apply : words.check}</button>
          <button type="button" class="quiet" disabled={!ready} onClick={() => { hand({ yaml: withMachine(file.yaml, machine) }); go(site.name, 'setup', 'file'); }}>{words.writeYaml}</button>
        </div>
      </form>
    </Card>
    </>
  );
}

// As far as a look stays within its time: a unit that is not there is waited for.
const PROBED_TCP = '1..40', PROBED_SERIAL = '1..120', PROBED_UNKNOWN = '1..4';

// A name for what was found, until somebody gives a better one.
function nameFor(what: string, settings: LineSettings, taken: ReadonlySet<string>) {
  const kind = what.startsWith('SunSpec') ? 'sunspec' : 'meter';
  const first = settings.unit ? `${kind}_${settings.unit}` : kind;
  for (let n = 2, tried = first; ; tried = `${first}_${n++}`) if (!taken.has(tried)) return tried;
}

function Answers({ probed, onPick, children }: { probed: Probed | undefined; onPick: (what: string, settings: LineSettings) => void; children: ComponentChildren }) {
  const { words } = useAround();
  return (
    <div class="probing">
      <div class="row">{children}<small class="soft">{words.probeNote}</small></div>
      <div role="status">{probed && (
        probed.found.length
          ? <><p>{words.answers}</p><ul class="plain">{probed.found.map((f, i) => <li key={i} class="row"><button type="button" onClick={() => onPick(f.what, f.settings)}>{words.takeIt}</button> <span lang="en">{f.what}</span> {f.settings.baud && <small class="soft">{f.settings.baud} {f.settings.mode}</small>}</li>)}</ul></>
          : <Note kind="warn">{words.nobodyAnswers} {probed.problem && <span lang="en">{probed.problem}</span>}</Note>
      )}{probed && !probed.complete && <Note kind="plain">{words.probeCut}</Note>}</div>
    </div>
  );
}

// What the machine says before it is in the site file.
function Values({ tried }: { tried: Tried }) {
  const { words, format } = useAround();
  return (
    <section class="tried" aria-label={words.readNow} role="status">
      {tried.values.length > 0 && <><p>{words.readsNow}</p><dl class="facts">{tried.values.map(v => <div key={v.property}><dt>{titleOf({ property: v.property })}</dt><dd>{format.value({ type: typeof v.value === 'string' ? 'text' : typeof v.value === 'boolean' ? 'flag' : 'number' }, v.value)} <span class="unit">{symbol(v.unit)}</span>{v.quality !== 'good' && <span class="mark">{words.doubtful}</span>}</dd></div>)}</dl></>}
      {tried.missing.length > 0 && <Note kind="warn">{format.fill(words.notRead, { what: tried.missing.slice(0, MISSING_SHOWN).map(p => titleOf({ property: p })).join(', ') })} {tried.problem && <span lang="en">{tried.problem}</span>}</Note>}
      {!tried.missing.length && tried.problem && <Note kind="warn"><span lang="en">{tried.problem}</span></Note>}
    </section>
  );
}
const MISSING_SHOWN = 6;

// A line has a name of its own, after its machine.
const lineNameFor = (id: string, taken: ReadonlySet<string>) => {
  const name = `${id || 'machine'}_line`;
  for (let n = 2, tried = name; ; tried = `${name}_${n++}`) if (!taken.has(tried)) return tried;
};

function Added({ thing, onMore }: { thing: string; onMore: () => void }) {
  const { words, site, live } = useAround();
  const first = useLive(live, s => s.things.find(t => t.id === thing)?.properties[0]?.property) ?? '';
  const cell = useCell(live, first);
  return (
    <Card>
      <Note kind="good">{words.machineAdded}</Note>
      {cell && <p class="first-value">{titleOf(cell)}: <Value cell={cell} big /> <span class="hidden">{symbol(cell.unit)}</span></p>}
      <div class="row"><a class="button" href={address(site.name, 'thing', thing)}>{words.see}</a><button type="button" class="quiet" onClick={onMore}><Icon name="plus" size={18} /> {words.addAnother}</button></div>
    </Card>
  );
}
