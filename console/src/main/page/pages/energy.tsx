// What the meters counted: by hour or day, the highest, and what it cost when the reader says a price.
import { useState } from 'preact/hooks';
import { api } from '../api';
import { useAround, useAsked, useLive, useNow } from '../context';
import { bars, metersOf, niceTop, peakPower, sum, type Bar, type Meter } from '../energy';
import { titleOf } from '../format';
import { Card, Choice, Field, Note, Segments, Trouble } from '../parts/small';
import { Costs } from './energy-cost';

const PERIODS = ['today', 'yesterday', 'last7', 'last30'] as const;
type Period = (typeof PERIODS)[number];
const CURRENCIES = ['EUR', 'GBP', 'USD', 'CHF', 'DKK', 'NOK', 'SEK', 'PLN'] as const;
type Currency = (typeof CURRENCIES)[number];
const AGAIN_MS = 60_000;

export function EnergyPage(_: { path: string[] }) {
  const { words, live, site, format } = useAround();
  const meters = metersOf(useLive(live, s => s.things));
  const [path, setPath] = useState('');
  const [period, setPeriod] = useState<Period>('today');
  // Whether the site has a tariff; its costs are asked for there.
  const priced = useAsked(async () => { const now = live.now(); return api.energy(site.name, new Date(format.monthStart(now)), new Date(now), 'month'); }, [site.name, site.revision]);
  const costs = priced.value && priced.value.tariffs.length > 0 ? priced.value : undefined;
  const meter = meters.find(m => m.cell.property === path) ?? meters[0];
  return (
    <>
      <h1>{words.energy}</h1>
      {costs && <Costs first={costs} />}
      <div class="headline"><h2>{words.counted}</h2><Segments label={words.range} value={period} options={PERIODS.map(p => [p, words[p]] as const)} onValue={setPeriod} /></div>
      {!meter ? <Note kind="plain">{words.noRegisters}</Note> : (
        <>
          {meters.length > 1 && <div class="controls"><Choice label={words.meter} value={meter.cell.property} options={meters.map(m => [m.cell.property, `${titleOf(m.thing)}: ${titleOf(m.cell)}`] as const)} onValue={setPath} /></div>}
          <Counted key={meter.cell.property} meter={meter} period={period} priced={costs !== undefined || !(priced.value ?? priced.problem)} />
        </>
      )}
    </>
  );
}

function Counted({ meter, period, priced }: { meter: Meter; period: Period; priced: boolean }) {
  const { words, format, site, live } = useAround();
  const now = useNow(live, AGAIN_MS);
  const [from, to] = { today: [0, 1], yesterday: [-1, 0], last7: [-6, 1], last30: [-29, 1] }[period].map(days => format.dayStart(now, days)) as [number, number];
  const byDay = period === 'last7' || period === 'last30';
  const until = Math.min(to, now);
  const asked = useAsked(() => api.rolled(site.name, meter.cell.property, new Date(from), new Date(until), byDay ? 'day' : 'hour'), [site.name, meter.cell.property, period, Math.floor(now / AGAIN_MS)]);
  const power = useAsked(async () => meter.power && peakPower(await api.rolled(site.name, meter.power.property, new Date(from), new Date(until), 'quarter'), meter.power.unit), [site.name, meter.cell.property, period, Math.floor(now / AGAIN_MS)]);
  const [price, setPrice] = useKept('price', '');
  const [currency, setCurrency] = useKept('currency', 'EUR');
  if (!asked.value) return asked.problem ? <Trouble problem={asked.problem} /> : <p class="loading">{words.loading}</p>;
  const all = bars(asked.value.buckets, meter.cell.unit);
  const { total, most, perDay } = sum(all, now);
  const cost = Number(price.replace(',', '.')) * total;
  const money = new Intl.NumberFormat(format.locale, { style: 'currency', currency });
  const kwh = (n: number) => `${format.number(n, n >= 100 ? 0 : n >= 10 ? 1 : 2)}`;
  const when = (at: number) => byDay ? format.weekday(at) : format.clock(at);
  return (
    <>
      <Trouble problem={asked.problem} />
      <div class="tiles">
        <div class="tile"><span class="label">{words.total}</span><span class="value big">{kwh(total)}<span class="unit">kWh</span></span></div>
        {byDay && <div class="tile"><span class="label">{words.perDayAverage}</span><span class="value big">{kwh(perDay)}<span class="unit">kWh</span></span></div>}
        {most?.kwh !== undefined && <div class="tile"><span class="label">{words.peak}</span><span class="value big">{kwh(most.kwh)}<span class="unit">kWh</span></span><span class="age">{when(most.from)}</span></div>}
        {power.value && <div class="tile"><span class="label">{words.peakPower}</span><span class="value big">{format.number(power.value.kw, 2)}<span class="unit">kW</span></span><span class="age">{byDay ? format.weekday(power.value.at) : ''} {format.clock(power.value.at)}</span></div>}
        {!priced && cost > 0 && <div class="tile"><span class="label">{words.cost}</span><span class="value big">{money.format(cost)}</span></div>}
      </div>
      <Card title={byDay ? words.perDay : words.perHour}>
        <Bars all={all} to={to} byDay={byDay} kwh={kwh} when={when} label={words.energyChart} />
        {asked.value.missing.length > 0 && <p class="soft small"><i class="hatch" />{words.incomplete}</p>}
      </Card>
      {!priced && <Card class="price">
        <Field label={words.price} hint={words.priceHint}>{(id, hint) => (
          <span class="row">
            <input id={id} {...(hint ? { 'aria-describedby': hint } : {})} inputMode="decimal" value={price} size={8} onInput={e => setPrice(e.currentTarget.value)} />
            <select aria-label={words.cost} value={currency} onChange={e => setCurrency(e.currentTarget.value as Currency)}>{CURRENCIES.map(c => <option key={c}>{c}</option>)}</select>
          </span>
        )}</Field>
      </Card>}
    </>
  );
}

// Kept on this device for this site; a browser that keeps nothing forgets it.
function useKept(what: string, first: string): [string, (value: string) => void] {
  const { site } = useAround();
  const key = `${site.name}.${what}`;
  const [value, set] = useState(() => { try { return localStorage.getItem(key) ?? first; } catch { return first; } });
  return [value, next => { set(next); try { localStorage.setItem(key, next); } catch { /* a private window */ } }];
}

const HEIGHT = 220;

function Bars({ all, to, byDay, kwh, when, label }: { all: Bar[]; to: number; byDay: boolean; kwh: (n: number) => string; when: (at: number) => string; label: string }) {
  const { words, format } = useAround();
  const [over, setOver] = useState<Bar>();
  const { top, step } = niceTop(Math.max(0, ...all.map(b => b.kwh ?? 0)));
  const first = all[0];
  if (!first) return <p class="soft">{words.noHistory}</p>;
  const width = Math.max(to, all.at(-1)!.to) - first.from;
  const x = (at: number) => ((at - first.from) / width) * 1000;
  const y = (v: number) => HEIGHT - (v / top) * HEIGHT;
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  const every = byDay ? (all.length > 10 ? 5 : 1) : 3;
  return (
    <figure class="bars">
      <p class="readout" aria-hidden="true">{over && <><span class="when">{when(over.from)}{byDay ? '' : `–${format.clock(over.to)}`}</span><span class="first">{over.kwh === undefined ? words.noHistory : `${kwh(over.kwh)} kWh`}</span></>}</p>
      <div class="plotted">
        <div class="scale" aria-hidden="true">{lines.map(v => <span key={v} style={{ bottom: `${(v / top) * 100}%` }}>{format.number(v)}</span>)}</div>
        <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" onMouseLeave={() => setOver(undefined)}>
          {lines.map(v => <line key={v} x1="0" x2="1000" y1={y(v)} y2={y(v)} />)}
          {all.map(b => {
            const a = x(b.from), w = x(b.to) - a, gap = Math.min(6, w * 0.2);
            return (
              <g key={b.from} onMouseEnter={() => setOver(b)}>
                <rect class="zone" x={a} y="0" width={w} height={HEIGHT} />
                {b.kwh !== undefined && <rect class={`bar ${over === b ? 'over' : ''}`} x={a + gap / 2} y={y(b.kwh)} width={Math.max(1, w - gap)} height={HEIGHT - y(b.kwh)} />}
              </g>
            );
          })}
        </svg>
      </div>
      <div class="labels" aria-hidden="true">{all.filter((_, i) => i % every === 0).map(b => <span key={b.from} style={{ left: `${(x(b.from) + x(b.to)) / 20}%` }}>{byDay ? format.day(b.from) : format.clock(b.from)}</span>)}</div>
      <div class="hidden"><table><caption>{label}</caption><tbody>{all.map(b => <tr key={b.from}><th scope="row">{when(b.from)}</th><td>{b.kwh === undefined ? words.noHistory : `${kwh(b.kwh)} kWh`}</td></tr>)}</tbody></table></div>
    </figure>
  );
}
