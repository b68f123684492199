// Values, times and units as the reader's locale has them, in the site's zone. Pure.
import type { Cell, Json } from './api';
import { fill, plural, type Words } from './words/words';

// UCUM codes and the way engineers write them.
const SYMBOLS: Record<string, string> = {
  Cel: '°C', 'kW.h': 'kWh', 'W.h': 'Wh', 'MW.h': 'MWh', m3: 'm³', 'm3/h': 'm³/h', 'L/min': 'l/min', '[degF]': '°F', '{rpm}': 'rpm', 'var': 'var',
  'V.A': 'VA', 'kV.A': 'kVA', 'k[VAr]': 'kvar', 'kvar.h': 'kvarh', deg: '°', '1': '', Ohm: 'Ω', 'W/m2': 'W/m²', 'A.h': 'Ah', '[ppm]': 'ppm', '%[RH]': '%',
};
export const symbol = (unit: string | undefined) => unit === undefined ? '' : SYMBOLS[unit] ?? unit.replace(/\{(\w+)\}/g, '$1');

// A path's last part for people: `energy_import` is "energy import" when nobody gave a title.
export const titleOf = (named: { title?: string; property?: string; id?: string; name?: string }) => {
  if (named.title) return named.title;
  const text = (named.property?.split('.').at(-1) ?? named.id ?? named.name ?? '').replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};
export const thingOf = (path: string) => path.split('.')[0] ?? path;

// How many decimals the server shows: it knows the property's step.
function decimalsOf(shown: string | undefined): number | undefined {
  const found = shown?.match(/^-?\d+(?:\.(\d+))?(?:\s|$)/);
  return found ? found[1]?.length ?? 0 : undefined;
}

export class Format {
  private readonly clockOf: Intl.DateTimeFormat;
  private readonly secondsOf: Intl.DateTimeFormat;
  private readonly dayOf: Intl.DateTimeFormat;
  private readonly dayYearOf: Intl.DateTimeFormat;
  private readonly dateKeyOf: Intl.DateTimeFormat;
  private readonly weekdayOf: Intl.DateTimeFormat;
  private readonly monthOf: Intl.DateTimeFormat;
  private readonly partsOf: Intl.DateTimeFormat;
  private readonly spans = new Map<string, Intl.NumberFormat>();
  private readonly numbers = new Map<string, Intl.NumberFormat>();

  constructor(readonly words: Words, readonly locale: string, readonly zone: string) {
    const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
    this.clockOf = make({ hour: '2-digit', minute: '2-digit' });
    this.secondsOf = make({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
    this.dayOf = make({ day: 'numeric', month: 'short' });
    this.dayYearOf = make({ day: 'numeric', month: 'short', year: 'numeric' });
    this.weekdayOf = make({ weekday: 'short', day: 'numeric', month: 'short' });
    this.monthOf = make({ month: 'short', year: 'numeric' });
    this.partsOf = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    this.dateKeyOf = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  }

  number(value: number, decimals?: number): string {
    const most = decimals ?? (Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 10 ? 2 : 3);
    const key = `${decimals ?? 'most'}:${most}`;
    let format = this.numbers.get(key);
    if (!format) this.numbers.set(key, format = new Intl.NumberFormat(this.locale, { maximumFractionDigits: most, minimumFractionDigits: decimals ?? 0 }));
    // A value just below zero is not "-0".
    return format.format(Object.is(value, -0) ? 0 : value);
  }

  money(value: number): string { return this.number(value, 2); }

  // An amount in a currency, with as many decimals as it has: 2 for euros, none for yen; a price has more.
  amount(value: number, currency: string, decimals?: number): string {
    return new Intl.NumberFormat(this.locale, { style: 'currency', currency, ...(decimals === undefined ? {} : { minimumFractionDigits: 2, maximumFractionDigits: decimals }) }).format(Object.is(value, -0) ? 0 : value);
  }

  // A value without its unit. What can be switched is on or off, what is only seen is yes or no.
  value(cell: Pick<Cell, 'type' | 'writable' | 'shown'>, value: Json | undefined): string {
    if (value === undefined || value === null) return '';
    if (typeof value === 'boolean') return cell.writable ? (value ? this.words.on : this.words.off) : value ? this.words.yes : this.words.no;
    if (typeof value === 'number') return this.number(value, cell.type === 'register' ? undefined : decimalsOf(cell.shown));
    if (cell.type === 'register' && /^-?\d+(\.\d+)?$/.test(String(value))) return this.number(Number(value), decimalsOf(String(value)));
    if (typeof value === 'object') return JSON.stringify(value);
    return String(value).replaceAll('_', ' ');
  }

  withUnit(cell: Pick<Cell, 'type' | 'writable' | 'shown' | 'unit'>, value: Json | undefined): string {
    const text = this.value(cell, value);
    const unit = typeof value === 'boolean' ? '' : symbol(cell.unit);
    return unit && text ? `${text}\u202f${unit}` : text;
  }

  clock(at: number): string { return this.clockOf.format(at); }
  seconds(at: number): string { return this.secondsOf.format(at); }
  dateKey(at: number): string { return this.dateKeyOf.format(at); }
  weekday(at: number): string { return this.weekdayOf.format(at); }
  month(at: number): string { return this.monthOf.format(at); }
  day(at: number, now = at): string {
    return this.dateKey(at).slice(0, 4) === this.dateKey(now).slice(0, 4) ? this.dayOf.format(at) : this.dayYearOf.format(at);
  }

  // A time in a sentence: the clock alone for today, with its day before that.
  at(at: number, now: number): string {
    return this.dateKey(at) === this.dateKey(now) ? this.clock(at) : `${this.day(at, now)} ${this.clock(at)}`;
  }

  // How long ago, in the largest unit that says something.
  span(ms: number): string {
    const s = Math.max(0, Math.round(ms / 1000));
    const [value, unit] = s < 100 ? [s, 'second'] : s < 5400 ? [Math.round(s / 60), 'minute'] : s < 129_600 ? [Math.round(s / 3600), 'hour'] : [Math.round(s / 86_400), 'day'];
    let format = this.spans.get(unit as string);
    if (!format) this.spans.set(unit as string, format = new Intl.NumberFormat(this.locale, { style: 'unit', unit: unit as string, unitDisplay: 'short' }));
    return format.format(value as number);
  }

  missing(m: { from: string; to?: string }, now: number): string {
    const from = this.at(Date.parse(m.from), now);
    return m.to ? fill(this.words.missingFromTo, { from, to: this.at(Date.parse(m.to), now) }) : fill(this.words.missingFrom, { from });
  }

  fill(sentence: string, parts: Record<string, string | number>): string { return fill(sentence, parts); }
  plural(forms: { one: string; other: string }, count: number): string { return plural(forms, count, this.locale, this.number(count, 0)); }

  // Minutes that the site's zone is ahead of UTC at a moment; day bounds are computed with it.
  offsetMinutes(at: number): number {
    const parts = this.partsOf
      .formatToParts(at).reduce<Record<string, number>>((all, p) => ({ ...all, [p.type]: Number(p.value) }), {});
    const local = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
    return Math.round((local - Math.floor(at / 1000) * 1000) / 60_000);
  }

  // A date whose own hours are those of the site's clock, for who draws an axis in the reader's.
  asLocal(at: number): Date {
    const ahead = this.offsetMinutes(at);
    const first = new Date(at + (ahead + new Date(at).getTimezoneOffset()) * 60_000);
    // The reader's own clock may change between the two moments.
    return new Date(at + (ahead + first.getTimezoneOffset()) * 60_000);
  }

  // When the month of a moment began in the site's zone, some months on or back.
  monthStart(at: number, months = 0): number {
    const [y, m] = this.dateKey(at).split('-').map(Number);
    return this.dayStart(Date.UTC(y!, m! - 1 + months, 1, 12));
  }

  // When the day of a moment began in the site's zone, some days on or back: right over days of 23 and 25 hours.
  dayStart(at: number, days = 0): number {
    const [y, m, d] = this.dateKey(at).split('-').map(Number);
    const utc = Date.UTC(y!, m! - 1, d! + days);
    const first = utc - this.offsetMinutes(utc) * 60_000;
    return utc - this.offsetMinutes(first) * 60_000;
  }
}
