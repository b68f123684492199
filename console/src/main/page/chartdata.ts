// What a chart draws: columns of numbers with holes where something is missing. Pure.
import type { Bucket, Every, Json, Missing, Point, Quality } from './api';

export type Series = {
  x: number[];
  y: (number | null)[];
  // The lowest and highest of each bucket; none for readings.
  low?: (number | null)[];
  high?: (number | null)[];
  quality: Quality[];
  // `open`: it is missing still.
  missing: { from: number; to: number; cause: string; open: boolean }[];
  // Words of a choice or text, by the number that stands for each.
  words: string[];
  every: Every | 'raw';
};

const HOUR = 3600;
const DAY = 24 * HOUR;

// Which roll-up a span is shown in: each keeps a screen's worth of points.
export function everyFor(seconds: number): Every | 'raw' {
  if (seconds <= 2 * DAY) return 'raw';
  if (seconds <= 16 * DAY) return 'quarter';
  if (seconds <= 120 * DAY) return 'hour';
  return 'day';
}

const seconds = (time: string) => Date.parse(time) / 1000;

function number(value: Json, words: string[]): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return null;
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  let at = words.indexOf(value);
  if (at < 0) at = words.push(value) - 1;
  return at;
}

export const missingOf = (missing: readonly Missing[], until: number) =>
  missing.map(m => ({ from: seconds(m.from), to: m.to ? seconds(m.to) : until, cause: m.cause, open: m.to === undefined }));

// Readings as they are. Where something is missing a hole is put between, so that no line runs through it.
export function ofPoints(points: readonly Point[], missing: readonly Missing[], until: number): Series {
  const gaps = missingOf(missing, until).sort((a, b) => a.from - b.from);
  const series: Series = { x: [], y: [], quality: [], missing: gaps, words: [], every: 'raw' };
  let next = 0;
  for (const [time, value, quality] of points) {
    const at = seconds(time);
    while (next < gaps.length && gaps[next]!.from < at) hole(series, gaps[next++]!.from);
    series.x.push(at);
    series.y.push(number(value, series.words));
    series.quality.push(quality ?? 'good');
  }
  return series;
}

function hole(series: Series, from: number) {
  const last = series.x.at(-1);
  if (last === undefined) return;
  series.x.push(Math.max(last + 0.001, from + 0.001));
  series.y.push(null);
  series.quality.push('good');
}

// Roll-ups: the mean as the line, lowest and highest as the band around it. A register shows what it stood at.
export function ofBuckets(buckets: readonly Bucket[], missing: readonly Missing[], every: Every, until: number, register: boolean): Series {
  const series: Series = { x: [], y: [], low: [], high: [], quality: [], missing: missingOf(missing, until), words: [], every };
  for (const bucket of buckets) {
    const from = seconds(bucket.from), to = seconds(bucket.to);
    const mean = register ? number(bucket.last ?? null, series.words) : bucket.time_mean ?? bucket.mean ?? null;
    series.x.push((from + to) / 2);
    series.y.push(bucket.count === 0 ? null : mean);
    series.low!.push(bucket.count === 0 || register ? null : bucket.min ?? null);
    series.high!.push(bucket.count === 0 || register ? null : bucket.max ?? null);
    series.quality.push('good');
  }
  return series;
}

// A new reading at the end of what is shown, while the chart follows.
export function append(series: Series, at: number, value: Json, quality: Quality): Series {
  if (series.every !== 'raw' || (series.x.at(-1) ?? 0) >= at) return series;
  const words = [...series.words];
  return { ...series, words, x: [...series.x, at], y: [...series.y, number(value, words)], quality: [...series.quality, quality] };
}

export type Facts = { least: number; most: number; last: number } | undefined;
export function factsOf(series: Series): Facts {
  let least = Infinity, most = -Infinity, last = NaN;
  series.y.forEach((y, i) => {
    if (y === null) return;
    least = Math.min(least, series.low?.[i] ?? y);
    most = Math.max(most, series.high?.[i] ?? y);
    last = y;
  });
  return Number.isNaN(last) ? undefined : { least, most, last };
}

// A moved or zoomed span, kept within what can be asked for.
const SPAN_MIN = 60;
const SPAN_MAX = 3 * 366 * DAY;
export type Span = { from: number; to: number };
export function zoomed(span: Span, factor: number, at: number, now: number): Span {
  const width = Math.min(SPAN_MAX, Math.max(SPAN_MIN, (span.to - span.from) * factor));
  const share = (at - span.from) / (span.to - span.from);
  return within({ from: at - width * share, to: at + width * (1 - share) }, now);
}
export const moved = (span: Span, share: number, now: number): Span => {
  const by = (span.to - span.from) * share;
  return within({ from: span.from + by, to: span.to + by }, now);
};
// Nothing is known of the future: a little of it stays, so that the newest is not at the very edge.
function within(span: Span, now: number): Span {
  const over = span.to - (now + (span.to - span.from) * 0.02);
  return over > 0 ? { from: span.from - over, to: span.to - over } : span;
}
