// What energy costs by the site's tariffs: this month against the one before, day by day, the peak, and what links saved.
import { useState } from 'preact/hooks';
import { api, type EnergyLink, type EnergyTariff, type EnergyTold } from '../api';
import { useAround, useAsked, useNow } from '../context';
import { change, niceTop, partNames, savedBy, stacks, type Stack } from '../energy';
import { Card, Choice, Icon, Note, Segments, Trouble } from '../parts/small';

const SPANS = ['thisMonth', 'lastMonth', 'today', 'yesterday'] as const;
type Span = (typeof SPANS)[number];
const AGAIN_MS = 60_000;

export function Costs({ first }: { first: EnergyTold }) {
  const { words, format, site, live } = useAround();
  const now = useNow(live, AGAIN_MS);
  const [span, setSpan] = useState<Span>('thisMonth');
  const [id, setId] = useState('');
  const [from, to] = {
    thisMonth: [format.monthStart(now), now], lastMonth: [format.monthStart(now, -1), format.monthStart(now)],
    today: [format.dayStart(now), now], yesterday: [format.dayStart(now, -1), format.dayStart(now)],
  }[span] as [number, number];
  const every = span === 'today' || span === 'yesterday' ? 'hour' as const : 'day' as const;
  const before = format.monthStart(from, -1);
  const about = [site.name, span, Math.floor(now / AGAIN_MS)];
  const asked = useAsked(() => api.energy(site.name, new Date(from), new Date(to), every), about);
  const former = useAsked(async () => every === 'day' ? api.energy(site.name, new Date(before), new Date(Math.min(before + (to - from), format.monthStart(from))), 'month') : undefined, about);
  const told = asked.value ?? first;
  const tariff = told.tariffs.find(t => t.id === id) ?? told.tariffs[0];
  if (!tariff) return null;
  return (
    <section class="costs" aria-label={words.costs}>
      <div class="headline"><h2>{words.costs}</h2><Segments label={words.range} value={span} options={SPANS.map(s => [s, words[s]] as const)} onValue={setSpan} /></div>
      <p class="soft">{format.fill(words.costsLead, { tariff: tariff.title ?? tariff.id, at: format.at(Date.parse(tariff.counted_to ?? told.to), now) })}</p>
      {told.tariffs.length > 1 && <div class="controls"><Choice label={words.costs} value={tariff.id} options={told.tariffs.map(t => [t.id, t.title ?? t.id] as const)} onValue={setId} /></div>}
      <Trouble problem={asked.problem} />
      {asked.value ? <Told tariff={tariff} byDay={every === 'day'} former={former.value?.tariffs.find(t => t.id === tariff.id)} /> : <p class="loading">{words.loading}</p>}
      {asked.value && (told.links ?? []).length > 0 && <Saved links={told.links!} tariff={tariff} />}
      <p><a class="button" href={api.energyCsvAddress(site.name, new Date(from), new Date(to), every)} download="energy.csv"><Icon name="download" /> {words.download}</a></p>
    </section>
  );
}

function Told({ tariff, byDay, former }: { tariff: EnergyTariff; byDay: boolean; former: EnergyTariff | undefined }) {
  const { words, format, live } = useAround();
  const { total, currency } = tariff;
  const money = (n: number) => format.amount(n, currency);
  const kwh = (n: number) => format.number(n, Math.abs(n) >= 100 ? 0 : 1);
  const peak = tariff.peaks.at(-1);
  const hidden = peak ? peak.estimated_quarters + peak.lacking_quarters : 0;
  const against = (share: number | undefined) => share === undefined ? null : <span class="age">{format.fill(words.against, { share: new Intl.NumberFormat(format.locale, { style: 'percent', signDisplay: 'exceptZero', maximumFractionDigits: 0 }).format(share) })}</span>;
  const names = partNames(tariff.rows);
  return (
    <>
      <div class="tiles">
        <div class="tile"><span class="label">{words.soFar}</span><span class="value big">{money(total.cost.total)}</span>{byDay && against(change(total.cost.total, former?.total.cost.total))}</div>
        <div class="tile"><span class="label">{words.importedKwh}</span><span class="value big">{kwh(total.import_kwh)}<span class="unit">kWh</span></span>{byDay && against(change(total.import_kwh, former?.total.import_kwh))}</div>
        {tariff.export.length > 0 && <div class="tile"><span class="label">{words.exportedKwh}</span><span class="value big">{kwh(total.export_kwh)}<span class="unit">kWh</span></span></div>}
        {peak && <div class="tile"><span class="label">{words.peakQuarter}</span><span class="value big">{format.number(peak.kw, 2)}<span class="unit">kW</span></span><span class="age">{format.weekday(Date.parse(peak.at))} {format.clock(Date.parse(peak.at))}</span></div>}
        {peak?.charge !== undefined && <div class="tile"><span class="label">{words.capacityCharge}</span><span class="value big">{money(peak.charge)}</span><span class="age">{format.fill(format.plural(words.billed, peak.of_months ?? 1), { kw: format.number(peak.billed_kw ?? peak.kw, 2) })}</span></div>}
      </div>
      {total.estimated_kwh !== undefined && <Note kind="plain">{format.fill(words.estimatedKwh, { kwh: kwh(total.estimated_kwh) })}</Note>}
      {total.unpriced_kwh !== undefined && <Note kind="warn">{format.fill(words.unpricedKwh, { kwh: kwh(total.unpriced_kwh) })}</Note>}
      {total.lacking_s !== undefined && <Note kind="warn">{format.fill(words.lackingTime, { time: format.span(total.lacking_s * 1000) })}</Note>}
      {hidden > 0 && <Note kind="plain">{format.plural(words.peakMayHide, hidden)}</Note>}
      <Card title={byDay ? words.perDay : words.perHour}>
        <Stacks all={stacks(tariff.rows, names)} names={names} byDay={byDay} money={money} />
      </Card>
      <Card title={words.costTable}>
        <table class="made">
          <caption class="hidden">{words.costTable}</caption>
          <thead><tr><th scope="col">{words.partPrice}</th><th scope="col">kWh</th><th scope="col">{currency}</th></tr></thead>
          <tbody>
            {total.parts.map(p => <tr key={p.name}><th scope="row"><i class={`swatch part-${names.indexOf(p.name) % 4}`} />{p.name.replaceAll('_', ' ')}</th><td>{kwh(p.kwh)}</td><td>{money(p.cost)}</td></tr>)}
            {(total.export_parts ?? []).map(p => <tr key={`given ${p.name}`}><th scope="row">{words.exportedKwh}: {p.name.replaceAll('_', ' ')}</th><td>{kwh(p.kwh)}</td><td>{money(-p.cost)}</td></tr>)}
            <tr><th scope="row">{words.standingCharge}</th><td /><td>{money(total.cost.standing)}</td></tr>
            <tr><th scope="row">{words.capacityCharge}</th><td /><td>{money(total.cost.capacity)}</td></tr>
            <tr class="sum"><th scope="row">{words.total}</th><td>{kwh(total.import_kwh)}</td><td>{money(total.cost.total)}</td></tr>
          </tbody>
        </table>
      </Card>
      {tariff.prices && tariff.prices.length > 1 && <Card title={words.pricesTitle}><Prices prices={tariff.prices} currency={currency} now={live.now()} /></Card>}
    </>
  );
}

const HEIGHT = 220;

function Stacks({ all, names, byDay, money }: { all: Stack[]; names: string[]; byDay: boolean; money: (n: number) => string }) {
  const { words, format } = useAround();
  const [over, setOver] = useState<Stack>();
  const first = all[0];
  if (!first) return <p class="soft">{words.noHistory}</p>;
  const { top, step } = niceTop(Math.max(0, ...all.map(s => s.kwh)));
  const width = all.at(-1)!.to - first.from;
  const x = (at: number) => ((at - first.from) / width) * 1000;
  const tall = (v: number) => (v / top) * HEIGHT;
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  const when = (at: number) => byDay ? format.weekday(at) : format.clock(at);
  const kwh = (n: number) => `${format.number(n, n >= 100 ? 0 : 1)} kWh`;
  const every = byDay ? (all.length > 10 ? 5 : 1) : 3;
  return (
    <figure class="bars">
      <p class="readout" aria-hidden="true">{over && <><span class="when">{when(over.from)}</span><span class="first">{over.known ? `${kwh(over.kwh)}, ${money(over.cost)}` : words.noHistory}</span></>}</p>
      <div class="plotted">
        <div class="scale" aria-hidden="true">{lines.map(v => <span key={v} style={{ bottom: `${(v / top) * 100}%` }}>{format.number(v)}</span>)}</div>
        <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" onMouseLeave={() => setOver(undefined)}>
          {lines.map(v => <line key={v} x1="0" x2="1000" y1={HEIGHT - tall(v)} y2={HEIGHT - tall(v)} />)}
          {all.map(s => {
            const a = x(s.from), w = x(s.to) - a, gap = Math.min(6, w * 0.2);
            return (
              <g key={s.from} onMouseEnter={() => setOver(s)}>
                <rect class="zone" x={a} y="0" width={w} height={HEIGHT} />
                {s.parts.map(p => <rect key={p.name} class={`part part-${names.indexOf(p.name) % 4}`} x={a + gap / 2} y={HEIGHT - tall(p.below + p.kwh)} width={Math.max(1, w - gap)} height={tall(p.kwh)} />)}
              </g>
            );
          })}
        </svg>
      </div>
      <div class="labels" aria-hidden="true">{all.filter((_, i) => i % every === 0).map(s => <span key={s.from} style={{ left: `${(x(s.from) + x(s.to)) / 20}%` }}>{byDay ? format.day(s.from) : format.clock(s.from)}</span>)}</div>
      <p class="legend" aria-hidden="true">{names.map((name, i) => <span key={name}><i class={`swatch part-${i % 4}`} />{name.replaceAll('_', ' ')}</span>)}</p>
      <div class="hidden"><table><caption>{words.costChart}</caption><thead><tr><td />{names.map(n => <th key={n} scope="col">{n}</th>)}<th scope="col">{words.cost}</th></tr></thead><tbody>{all.map(s => <tr key={s.from}><th scope="row">{when(s.from)}</th>{names.map(n => <td key={n}>{kwh(s.parts.find(p => p.name === n)?.kwh ?? 0)}</td>)}<td>{money(s.cost)}</td></tr>)}</tbody></table></div>
    </figure>
  );
}

// The price as steps; the hour that runs is marked.
function Prices({ prices, currency, now }: { prices: [string, string][]; currency: string; now: number }) {
  const { words, format } = useAround();
  const all = prices.map(([at, price]) => ({ at: Date.parse(at), price: Number(price) }));
  const low = Math.min(0, ...all.map(p => p.price)), { top, step } = niceTop(Math.max(0.01, ...all.map(p => p.price)));
  const start = all[0]!.at, end = all.at(-1)!.at + 900_000;
  const x = (at: number) => ((at - start) / (end - start)) * 1000;
  const y = (v: number) => HEIGHT - ((v - low) / (top - low)) * HEIGHT;
  const path = all.map((p, i) => `${i ? 'H' : 'M'}${x(p.at).toFixed(1)}${i ? 'V' : ' '}${y(p.price).toFixed(1)}`).join('') + 'H1000';
  const cheap = all.reduce((a, b) => b.price < a.price ? b : a), dear = all.reduce((a, b) => b.price > a.price ? b : a);
  const say = (p: { at: number; price: number }) => `${format.amount(p.price, currency, 4)} (${format.at(p.at, now)})`;
  return (
    <figure class="bars">
      <div class="plotted">
        <div class="scale" aria-hidden="true">{Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step).map(v => <span key={v} style={{ bottom: `${((v - low) / (top - low)) * 100}%` }}>{format.number(v)}</span>)}</div>
        <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${words.pricesTitle}: ${say(cheap)} – ${say(dear)}`}><path class="steps" d={path} /></svg>
      </div>
      <p class="soft small">{say(cheap)} – {say(dear)}</p>
    </figure>
  );
}

function Saved({ links, tariff }: { links: readonly EnergyLink[]; tariff: EnergyTariff }) {
  const { words, format, live, links: known } = useAround();
  const money = (n: number) => format.amount(n, tariff.currency);
  const range = (least: string, most: string) => least === most ? most : `${least} – ${most}`;
  return (
    <Card title={words.savedTitle}>
      <ul class="saved">
        {links.map(link => {
          const saved = savedBy(link, tariff);
          const title = known.find(l => l.id === link.id)?.title ?? link.id.replaceAll('_', ' ');
          if (link.unknown || !saved) return <li key={link.id}><h3>{title}</h3><p class="soft">{words.savedUnknown}{link.unknown ? `: ${link.unknown}` : ''}.</p></li>;
          return (
            <li key={link.id}>
              <h3>{title}</h3>
              <p>{format.fill(format.plural(words.savedTimes, link.times ?? 0), { time: format.span((link.held_s ?? 0) * 1000) })}. {format.fill(words.savedLater, { kwh: format.number(link.shifted_kwh ?? 0, 1) })}.</p>
              <dl>
                <div><dt>{words.savedEnergy}</dt><dd>{money(saved.energy)}</dd></div>
                {saved.capacity !== undefined && <div><dt>{words.savedCapacity}</dt><dd>{range(money(saved.capacity[0]), money(saved.capacity[1]))}</dd></div>}
              </dl>
              {saved.peak && <p>{format.fill(words.savedPeak, { with: format.number(saved.peak.with, 2), without: range(format.number(saved.peak.least, 2), format.number(saved.peak.most, 2)) })}</p>}
              {link.read_to && <p class="soft small">{format.fill(words.savedReading, { at: format.at(Date.parse(link.read_to), live.now()) })}</p>}
              <details><summary>{words.savedHow}</summary><p>{link.method === 'rated' ? words.savedRated : words.savedMeasured}</p>{(link.assumed ?? 0) > 0 && <p>{format.plural(words.savedAssumed, link.assumed!)}</p>}</details>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
