// Live and past on one chart. uPlot draws; this file says what: hatched where something is missing, amber where a reading is not to be
// trusted, a band of lowest and highest where it is rolled up.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { api, type Cell } from '../api';
import { append, everyFor, factsOf, moved, ofBuckets, ofPoints, zoomed, type Series, type Span } from '../chartdata';
import { asProblem, problemText, useAround, useLive, useMedia } from '../context';
import { symbol, titleOf } from '../format';
import { Choice, Icon, Note, Segments } from './small';

const HOUR = 3600;
const RANGES = { hour: HOUR, sixHours: 6 * HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR, year: 365 * 24 * HOUR } as const;
type Range = keyof typeof RANGES;
const COLUMNS = 1200;
const SETTLE_MS = 120;
const PAN_SHARE = 0.25;

export function ChartCard({ cells, first }: { cells: Cell[]; first: string }) {
  const { words, format, site, live } = useAround();
  const [path, setPath] = useState(first);
  const [other, setOther] = useState('');
  const [span, setSpan] = useState<Span>(() => ({ from: live.now() / 1000 - RANGES.day, to: live.now() / 1000 }));
  const [following, follow] = useState(true);
  const [table, setTable] = useState(false);
  const all = useLive(live, s => s.things).flatMap(t => t.properties.filter(p => !p.private).map(p => ({ ...p, thing: t })));
  const cellOf = (p: string) => all.find(c => c.property === p) ?? cells.find(c => c.property === p)!;
  // Beside another machine's power a power needs its machine's name.
  const named = (c: Cell): Cell => { const of = all.find(a => a.property === c.property); return of && !cells.some(own => own.property === c.property) ? { ...c, title: `${titleOf(of.thing)}: ${titleOf(c)}` } : c; };
  const main = useSeries(path, cellOf(path), span, following);
  const second = useSeries(other, other ? cellOf(other) : undefined, span, following);
  useEffect(() => { if (cells.every(c => c.property !== path)) setPath(first); }, [cells]);
  useEffect(() => {
    if (!following) return;
    const timer = setInterval(() => {
      if (document.hidden) return;
      setSpan(s => { const now = live.now() / 1000, width = s.to - s.from; return now - s.to > width / COLUMNS ? { from: now - width, to: now } : s; });
    }, 1000);
    return () => clearInterval(timer);
  }, [following, live]);

  const show = (next: Span) => { setSpan(next); follow(Math.abs(next.to - live.now() / 1000) < (next.to - next.from) * 0.03); };
  const now = () => live.now() / 1000;
  const range = (Object.keys(RANGES) as Range[]).find(r => Math.abs(span.to - span.from - RANGES[r]) < 2);
  const cell = cellOf(path);
  const facts = main.series && factsOf(visible(main.series, span));
  const gaps = (main.series?.missing ?? []).filter(m => m.to > span.from && m.from < span.to);
  const stamp = (at: number) => format.at(at * 1000, live.now());
  const shown = (value: number) => spoken(format, cell, main.series, value);
  const summary = format.fill(words.chartSummary, {
    title: titleOf(cell), from: stamp(span.from), to: stamp(span.to), least: facts ? shown(facts.least) : '', most: facts ? shown(facts.most) : '', last: facts ? shown(facts.last) : '',
    missing: gaps.length ? format.plural(words.missingTimes, gaps.length) : words.missingNever,
  });
  const keys = (event: KeyboardEvent) => {
    const act = { ArrowLeft: () => moved(span, -PAN_SHARE, now()), ArrowRight: () => moved(span, PAN_SHARE, now()), '+': () => zoomed(span, 0.5, (span.from + span.to) / 2, now()), '-': () => zoomed(span, 2, (span.from + span.to) / 2, now()), '0': () => ({ from: now() - (span.to - span.from), to: now() }) }[event.key];
    if (act) { event.preventDefault(); show(act()); }
  };
  return (
    <section class="card chart" aria-labelledby="chart-title">
      <header>
        <h2 id="chart-title">{words.chart}</h2>
        <Segments label={words.range} value={range} options={(Object.keys(RANGES) as Range[]).map(r => [r, words[r]] as const)} onValue={r => show({ from: now() - RANGES[r], to: now() })} />
      </header>
      <div class="controls">
        <Choice label={words.property} value={path} options={cells.map(c => [c.property, titleOf(c)] as const)} onValue={setPath} />
        <Choice label={words.compare} value={other} options={[['', words.compareNone] as const, ...all.filter(c => c.property !== path).map(c => [c.property, `${titleOf(c.thing)}: ${titleOf(c)}`] as const)]} onValue={setOther} />
        <span class="buttons">
          <button type="button" class="round" aria-label={words.earlier} title={words.earlier} onClick={() => show(moved(span, -PAN_SHARE, now()))}><Icon name="left" /></button>
          <button type="button" class="round" aria-label={words.zoomOut} title={words.zoomOut} onClick={() => show(zoomed(span, 2, (span.from + span.to) / 2, now()))}><Icon name="minus" /></button>
          <button type="button" class="round" aria-label={words.zoomIn} title={words.zoomIn} onClick={() => show(zoomed(span, 0.5, (span.from + span.to) / 2, now()))}><Icon name="plus" /></button>
          <button type="button" class="round" aria-label={words.later} title={words.later} onClick={() => show(moved(span, PAN_SHARE, now()))}><Icon name="right" /></button>
          <button type="button" aria-pressed={following} onClick={() => show({ from: now() - (span.to - span.from), to: now() })}>{following ? <><i class="dot" /> {words.following}</> : words.now}</button>
        </span>
      </div>
      {main.failed && <Note kind="bad">{main.failed}</Note>}
      {table && main.series
        ? <Table series={main.series} span={span} cell={cell} />
        : <Plot main={main.series} second={second.series} cell={cell} other={other ? named(cellOf(other)) : undefined} span={span} onSpan={show} now={now} summary={summary} onKey={keys} />}
      <p class="foot">
        <span>{main.series ? words.rolled[main.series.every] : words.loading}</span>
        {main.completeTo && Date.parse(main.completeTo) < Math.min(live.now(), span.to * 1000) - 60_000 && <span>{format.fill(words.completeTo, { at: stamp(Date.parse(main.completeTo) / 1000) })}</span>}
        <span class="spring" />
        <button type="button" class="quiet" onClick={() => setTable(!table)}>{table ? words.asChart : words.asTable}</button>
        <a class="button quiet" href={api.csvAddress(site.name, path, new Date(span.from * 1000), new Date(span.to * 1000))} download={`${path}.csv`}><Icon name="download" size={18} /> {words.download}</a>
      </p>
      {gaps.length > 0 && (
        <details class="gaps" open={gaps.length <= 4}>
          <summary>{words.missingHeading} ({gaps.length})</summary>
          <ul>{gaps.slice(-GAPS_SHOWN_MAX).map(g => <li key={g.from}><i class="hatch" /> {format.missing({ from: new Date(g.from * 1000).toISOString(), ...(g.open ? {} : { to: new Date(g.to * 1000).toISOString() }) }, live.now())} <span class="soft" lang="en">{g.cause}</span></li>)}</ul>
        </details>
      )}
    </section>
  );
}
const GAPS_SHOWN_MAX = 40;

type Format_ = ReturnType<typeof useAround>['format'];
function spoken(format: Format_, cell: Cell, series: Series | undefined, value: number): string {
  if (cell.type === 'flag') return value > 0 && value < 1 ? `${format.number(value * 100, 0)} %` : format.value(cell, value >= 0.5);
  if (series?.words.length) return (series.words[Math.round(value)] ?? '').replaceAll('_', ' ');
  const unit = symbol(cell.unit);
  return `${format.number(value)}${unit ? `\u202f${unit}` : ''}`;
}

function visible(series: Series, span: Span): Series {
  const keep = series.x.map(x => x >= span.from && x <= span.to);
  const only = <T,>(list: T[] | undefined) => list?.filter((_, i) => keep[i]);
  return { ...series, x: only(series.x)!, y: only(series.y)!, quality: only(series.quality)!, ...(series.low ? { low: only(series.low)!, high: only(series.high)! } : {}) };
}

// A span with as much again on each side, so that moving shows something at once; asked anew when the view leaves it.
function useSeries(path: string, cell: Cell | undefined, span: Span, following: boolean) {
  const { words, site, live } = useAround();
  const [state, set] = useState<{ path: string; series?: Series; completeTo?: string; failed?: string }>({ path: '' });
  const have = useRef<{ path: string; from: number; to: number; every: string }>({ path: '', from: 0, to: 0, every: '' });
  const status = useLive(live, s => s.status);
  const [round, again] = useState(0);
  useEffect(() => { if (status === 'live') have.current.path = ''; }, [status]);
  useEffect(() => {
    if (!path || !cell) { set({ path: '' }); have.current.path = ''; return; }
    const width = span.to - span.from, every = everyFor(width), held = have.current;
    const fine = (held.to - held.from) / width;
    if (held.path === path && held.every === every && span.from >= held.from && span.to <= held.to + (following ? width : 0) && fine < 6 && fine > 1.2) return;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      const from = span.from - width * 0.75, to = Math.min(live.now() / 1000 + 1, span.to + width * 0.75);
      const until = live.now() / 1000;
      try {
        const dates = [new Date(from * 1000), new Date(to * 1000)] as const;
        if (every === 'raw' || cell.type === 'choice' || cell.type === 'text') {
          const got = await api.history(site.name, path, ...dates, COLUMNS * 2, stop.signal);
          set({ path, series: ofPoints(got.points, got.missing, until), ...(got.complete_to ? { completeTo: got.complete_to } : {}) });
        } else {
          const got = await api.rolled(site.name, path, ...dates, every, stop.signal);
          set({ path, series: ofBuckets(got.buckets, got.missing, every, until, cell.type === 'register'), ...(got.complete_to ? { completeTo: got.complete_to } : {}) });
        }
        have.current = { path, from, to, every };
      } catch (error) {
        if (!stop.signal.aborted) set({ path, failed: problemText(words, asProblem(error)) });
      }
    }, have.current.path === path ? SETTLE_MS : 0);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [path, cell?.type, Math.round(span.from), Math.round(span.to), status, site.name, round]);
  // What comes in is put on at the end; a change of what is missing asks the ledger anew.
  useEffect(() => {
    if (!path) return;
    let missing = live.state.cells.get(path)?.missing_since;
    return live.watchCell(path, now => {
      if (!now) return;
      if (now.missing_since !== missing) { missing = now.missing_since; have.current.path = ''; again(r => r + 1); }
      if (now.missing_since || now.value === undefined || !now.received) return;
      set(s => s.series && s.path === path ? { ...s, series: append(s.series, Date.parse(now.received!) / 1000, now.value!, now.quality ?? 'good') } : s);
    });
  }, [path, live]);
  return state.path === path ? state : { path };
}

function Table({ series, span, cell }: { series: Series; span: Span; cell: Cell }) {
  const { words, format, live } = useAround();
  const rows = useMemo(() => {
    const seen = visible(series, span);
    const each = Math.max(1, Math.ceil(seen.x.length / ROWS_MAX));
    return seen.x.map((x, i) => ({ x, y: seen.y[i], low: seen.low?.[i], high: seen.high?.[i] })).filter((r, i) => i % each === 0 && r.y !== null && r.y !== undefined).reverse();
  }, [series, span]);
  const one = (v: number | null | undefined) => v === null || v === undefined ? '' : spoken(format, cell, series, v);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={words.asTable}>
      <table>
        <thead><tr><th scope="col">{words.time}</th><th scope="col">{series.low ? words.average : titleOf(cell)}</th>{series.low && <><th scope="col">{words.lowest}</th><th scope="col">{words.highest}</th></>}</tr></thead>
        <tbody>{rows.map(r => <tr key={r.x}><th scope="row">{format.at(r.x * 1000, live.now())}</th><td>{one(r.y)}</td>{series.low && <><td>{one(r.low)}</td><td>{one(r.high)}</td></>}</tr>)}</tbody>
      </table>
    </div>
  );
}
const ROWS_MAX = 200;

type PlotProps = { main: Series | undefined; second: Series | undefined; cell: Cell; other: Cell | undefined; span: Span; onSpan: (span: Span) => void; now: () => number; summary: string; onKey: (event: KeyboardEvent) => void };

function Plot({ main, second, cell, other, span, onSpan, now, summary, onKey }: PlotProps) {
  const { words, format, live } = useAround();
  const box = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef({ main, second, span, onSpan, format, cell, other, now });
  latest.current = { main, second, span, onSpan, format, cell, other, now };
  const dark = useMedia('(prefers-color-scheme: dark)');
  const kind = `${cell.property}|${other?.property ?? ''}|${main?.every ?? ''}|${main?.words.join() ?? ''}|${second?.every ?? ''}|${second?.words.join() ?? ''}|${dark}|${format.locale}`;

  useEffect(() => {
    if (!box.current || !main) return;
    const tell = (u: uPlot) => { if (readout.current) tellAt(readout.current, u, latest.current, live.now(), words.time); };
    const made = new uPlot(options(box.current, latest, main, second, tell), dataOf(main, second), box.current);
    plot.current = made;
    made.setScale('x', { min: latest.current.span.from, max: latest.current.span.to });
    tell(made);
    const resize = new ResizeObserver(() => { if (box.current) made.setSize(sizeOf(box.current)); });
    resize.observe(box.current);
    const off = touch(made, latest, now);
    return () => { off(); resize.disconnect(); made.destroy(); plot.current = undefined; };
  }, [kind]);
  useEffect(() => {
    if (!plot.current || !main) return;
    plot.current.batch(() => {
      plot.current!.setData(dataOf(main, second), false);
      plot.current!.setScale('x', { min: span.from, max: span.to });
    });
    if (readout.current) tellAt(readout.current, plot.current, latest.current, live.now(), words.time);
  }, [main, second, span]);
  const empty = main && main.y.every(y => y === null);
  return (
    <figure class="plot">
      <p class="readout" ref={readout} aria-hidden="true" />
      <div class="canvas" ref={box} tabIndex={0} role="img" aria-label={`${summary} ${words.chartHelp}`} onKeyDown={onKey} />
      {empty && <p class="empty">{words.noHistory}</p>}
    </figure>
  );
}

type Latest = { current: { main: Series | undefined; second: Series | undefined; span: Span; onSpan: (span: Span) => void; format: Format_; cell: Cell; other: Cell | undefined; now: () => number } };
const sizeOf = (box: HTMLElement) => ({ width: Math.max(200, box.clientWidth), height: Math.max(220, Math.min(560, box.clientWidth * 0.42, innerHeight * 0.5)) });

// y, what of it is doubtful, lowest, highest, and the second property.
function dataOf(main: Series, second: Series | undefined): uPlot.AlignedData {
  const doubt = main.y.map((y, i) => main.quality[i] === 'bad' || main.quality[i] === 'uncertain' ? y : null);
  const columns: uPlot.AlignedData = [main.x, main.y, doubt, main.low ?? main.x.map(() => null), main.high ?? main.x.map(() => null)];
  return second ? uPlot.join([columns, [second.x, second.y]]) : columns;
}

function options(box: HTMLElement, latest: Latest, main: Series, second: Series | undefined, tell: (u: uPlot) => void): uPlot.Options {
  const style = getComputedStyle(box);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const font = `${Math.round(rem * 0.78)}px system-ui, sans-serif`;
  const { cell, other, format } = latest.current;
  const stepped = (c: Cell, s: Series) => c.type === 'flag' || c.type === 'choice' || s.words.length > 0 ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {};
  const axis = (c: Cell, s: Series, scale: string, side: 1 | 3): uPlot.Axis => ({
    scale, side, stroke: color('--soft'), font, size: rem * 3.6, grid: { show: side === 3, stroke: color('--line'), width: 1 }, ticks: { show: false },
    ...(c.type === 'flag' ? { splits: [0, 1] } : s.words.length ? { splits: s.words.map((_, i) => i) } : {}),
    values: (_, splits) => splits.map(v => c.type === 'flag' ? format.value(c, v >= 0.5) : s.words.length ? (s.words[v] ?? '').replaceAll('_', ' ') : format.number(v)),
  });
  const rangeOf = (c: Cell, s: Series): uPlot.Scale => c.type === 'flag' ? { range: [-0.15, 1.15] } : s.words.length ? { range: [-0.3, s.words.length - 0.7] } : { range: (_u, least, most) => valueRange(least, most) };
  const sameScale = other !== undefined && other.unit === cell.unit && other.type === cell.type;
  const ink = color('--series-1'), soft = color('--series-1-soft');
  return {
    ...sizeOf(box), padding: [8, second && !sameScale ? 0 : 12, 0, 0], tzDate: ts => format.asLocal(ts * 1000), legend: { show: false },
    scales: { x: { time: true, auto: false, range: () => [latest.current.span.from, latest.current.span.to] }, y: rangeOf(cell, main), ...(second && other && !sameScale ? { z: rangeOf(other, second) } : {}) },
    axes: [
      { stroke: color('--soft'), font, grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, space: rem * 5.5, size: rem * 2, values: (u, splits) => timeLabels(format, splits, (u.scales.x!.max ?? 0) - (u.scales.x!.min ?? 0)) },
      axis(cell, main, 'y', 3), ...(second && other && !sameScale ? [axis(other, second, 'z', 1)] : []),
    ],
    series: [
      {},
      { scale: 'y', stroke: ink, width: 2, points: { show: false }, ...(main.low ? {} : { fill: (u: uPlot) => (u.scales.y?.min ?? 0) <= 0 ? soft : 'transparent' }), ...stepped(cell, main) },
      { scale: 'y', stroke: color('--warn'), width: 3.5, points: { show: false } },
      { scale: 'y', stroke: 'transparent', width: 0, points: { show: false } },
      { scale: 'y', stroke: 'transparent', width: 0, points: { show: false } },
      ...(second && other ? [{ scale: sameScale ? 'y' : 'z', stroke: color('--series-2'), width: 2, dash: [7, 4], points: { show: false }, ...stepped(other, second) }] : []),
    ],
    bands: [{ series: [4, 3], fill: soft }],
    cursor: { y: false, drag: { x: true, y: false, setScale: false, dist: 6 }, points: { size: 8, fill: ink } },
    hooks: {
      drawClear: [u => hatch(u, latest.current.main?.missing ?? [], latest.current.now(), color('--hatch'), color('--hatch-back'))],
      setCursor: [tell],
      setSelect: [u => {
        if (u.select.width < 6) return;
        const from = u.posToVal(u.select.left, 'x'), to = u.posToVal(u.select.left + u.select.width, 'x');
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        latest.current.onSpan({ from, to });
      }],
    },
  };
}

// From 0 where the values are near it: a power reads wrong otherwise. A temperature shows its own range.
function valueRange(least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [0, 1];
  const room = Math.max((most - least) * 0.08, Math.abs(most) * 0.002, 1e-6);
  return [least >= 0 && least < most * 0.4 ? 0 : least - room, most <= 0 && most > least * 0.4 ? 0 : most + room];
}

function timeLabels(format: Format_, splits: number[], span: number): string[] {
  let last = '';
  return splits.map(s => {
    const at = s * 1000, day = format.dateKey(at);
    const fresh = day !== last;
    last = day;
    if (span > 120 * 86_400) return format.month(at);
    if (span > 3 * 86_400) return format.day(at);
    return fresh && format.dayStart(at) === at ? format.day(at) : span < 600 ? format.seconds(at) : format.clock(at);
  });
}

// Diagonal lines where nothing is known, clipped to the time that is missing.
function hatch(u: uPlot, missing: Series['missing'], now: number, ink: string, back: string) {
  const { ctx } = u, { left, top, width, height } = u.bbox;
  for (const gap of missing) {
    const a = Math.max(left, u.valToPos(gap.from, 'x', true)), b = Math.min(left + width, Math.max(u.valToPos(gap.open ? Math.max(gap.to, now) : gap.to, 'x', true), u.valToPos(gap.from, 'x', true) + 2));
    if (b <= left || a >= left + width) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(a, top, b - a, height);
    ctx.clip();
    ctx.fillStyle = back;
    ctx.fillRect(a, top, b - a, height);
    ctx.strokeStyle = ink;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    const step = 7 * devicePixelRatio;
    for (let x = a - (a % step) - height; x < b; x += step) { ctx.moveTo(x, top + height); ctx.lineTo(x + height, top); }
    ctx.stroke();
    ctx.restore();
  }
}

function tellAt(element: HTMLElement, u: uPlot, now: Latest['current'], siteNow: number, _time: string) {
  const index = u.cursor.idx ?? lastKnown(u.data[1] as (number | null)[]);
  if (index === undefined || index === null || !now.main) { element.textContent = ''; return; }
  const at = (u.data[0] as number[])[index];
  const value = (u.data[1] as (number | null | undefined)[])[index];
  const other = now.second ? (u.data[5] as (number | null | undefined)[])[index] : undefined;
  const low = (u.data[3] as (number | null | undefined)[])[index], high = (u.data[4] as (number | null | undefined)[])[index];
  const part = (text: string, className: string) => { const span = document.createElement('span'); span.className = className; span.textContent = text; return span; };
  element.replaceChildren(
    part(at === undefined ? '' : now.format.at(at * 1000, siteNow), 'when'),
    ...(value === null || value === undefined ? [] : [part(`${titleOf(now.cell)} ${spoken(now.format, now.cell, now.main, value)}`, 'first')]),
    ...(typeof low === 'number' && typeof high === 'number' ? [part(`${spoken(now.format, now.cell, now.main, low)} – ${spoken(now.format, now.cell, now.main, high)}`, 'range')] : []),
    ...(now.other && typeof other === 'number' ? [part(`${titleOf(now.other)} ${spoken(now.format, now.other, now.second, other)}`, 'second')] : []),
  );
}
const lastKnown = (values: (number | null)[]) => { for (let i = values.length - 1; i >= 0; i--) if (values[i] !== null && values[i] !== undefined) return i; return undefined; };

// One finger moves, two zoom, a wheel with Ctrl zooms and a sideways one moves; up and down still scrolls the page.
function touch(u: uPlot, latest: Latest, now: () => number): () => void {
  const over = u.over, fingers = new Map<number, number>();
  const timeAt = (x: number) => u.posToVal(x - over.getBoundingClientRect().left, 'x');
  const end = new AbortController(), signal = end.signal;
  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    if (before === undefined) return;
    const { span, onSpan } = latest.current, width = over.clientWidth;
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
    fingers.set(event.pointerId, event.clientX);
    if (others[0] === undefined) { onSpan(moved(span, (before - event.clientX) / width, now())); return; }
    const was = Math.max(20, Math.abs(before - others[0])), is = Math.max(20, Math.abs(event.clientX - others[0]));
    onSpan(zoomed(span, was / is, timeAt((event.clientX + others[0]) / 2), now()));
  };
  over.addEventListener('pointerdown', e => { if (e.pointerType === 'touch') fingers.set(e.pointerId, e.clientX); }, { signal });
  over.addEventListener('pointermove', move, { signal });
  for (const name of ['pointerup', 'pointercancel', 'pointerleave'] as const) over.addEventListener(name, e => fingers.delete(e.pointerId), { signal });
  over.addEventListener('wheel', event => {
    const { span, onSpan } = latest.current;
    if (event.ctrlKey) { event.preventDefault(); onSpan(zoomed(span, event.deltaY > 0 ? 1.25 : 0.8, timeAt(event.clientX), now())); }
    else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) { event.preventDefault(); onSpan(moved(span, event.deltaX / over.clientWidth, now())); }
  }, { signal, passive: false });
  return () => end.abort();
}
