// One typed catalogue: each language has each key, with the same parts in braces. Plurals are chosen by Intl.
import { en } from './en';
import { nl } from './nl';

type Plural = { one: string; other: string };
type Loose<T> = T extends string ? string : { [K in keyof T]: Loose<T[K]> };
export type Words = Loose<typeof en>;
export type Language = 'en' | 'nl';
export const catalogue: Record<Language, Words> = { en, nl };
export const languages = Object.keys(catalogue) as Language[];

// The reader's choice, else what the browser asks for, else English.
export function chooseLanguage(wished: readonly (string | undefined)[]): Language {
  for (const wish of wished) {
    const found = languages.find(l => wish?.toLowerCase().startsWith(l));
    if (found) return found;
  }
  return 'en';
}

// A sentence with its {parts} filled in; a part that nobody gives stays visible, so that it is found.
export const fill = (sentence: string, parts: Record<string, string | number>) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => name in parts ? String(parts[name]) : whole);

export const plural = (forms: Plural, count: number, locale: string, shown = String(count)) =>
  fill(new Intl.PluralRules(locale).select(count) === 'one' ? forms.one : forms.other, { count: shown });
