// The frame around the pages: who is signed in, which site, which page, and whether the server is there.
import type { ComponentType } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { api, whenSignedOut, type Account, type Link, type Session, type Site, type SiteSummary } from './api';
import { address, AroundContext, asProblem, problemText, useAround, useLive, type Around } from './context';
import { Format } from './format';
import { Live } from './live';
import { Icon, Note } from './parts/small';
import { SignIn } from './pages/signin';
import { SitePage } from './pages/site';
import { catalogue, chooseLanguage, languages, type Language } from './words/words';

const kept = { get: (key: string) => { try { return localStorage.getItem(key) ?? undefined; } catch { return undefined; } }, set: (key: string, value: string) => { try { localStorage.setItem(key, value); } catch { /* a private window keeps nothing */ } } };

function useRoute(): string[] {
  const parse = () => location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
  const [route, set] = useState(parse);
  useEffect(() => {
    const changed = () => set(parse());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

export function App() {
  const [session, setSession] = useState<Session>();
  const [failed, setFailed] = useState('');
  const [chosen, setChosen] = useState<Language>();
  const language = chooseLanguage([chosen, kept.get('language'), session?.account?.language, ...navigator.languages]);
  const words = catalogue[language];

  const load = () => api.session().then(s => { setSession(s); setFailed(''); }, e => setFailed(problemText(words, asProblem(e))));
  useEffect(() => { whenSignedOut(() => setSession({ signed_in: false, needs_setup: false })); void load(); }, []);
  useEffect(() => { document.documentElement.lang = language; }, [language]);

  const setLanguage = (next: Language) => {
    kept.set('language', next);
    setChosen(next);
    if (session?.account) api.changeAccount(session.account.name, { language: next }).catch(() => { /* kept on this device all the same */ });
  };
  if (failed) return <main class="alone"><Note kind="bad">{failed}</Note><button type="button" onClick={load}>{words.tryAgain}</button></main>;
  if (!session) return null;
  if (!session.signed_in || !session.account) return <SignIn words={words} language={language} setLanguage={setLanguage} first={session.needs_setup} onSession={setSession} />;
  return <Signed key={session.account.name} account={session.account} language={language} setLanguage={setLanguage} onSignedOut={() => setSession({ signed_in: false, needs_setup: false })} />;
}

type SignedProps = { account: Account; language: Language; setLanguage: (l: Language) => void; onSignedOut: () => void };

function Signed({ account, language, setLanguage, onSignedOut }: SignedProps) {
  const route = useRoute();
  const words = catalogue[language];
  const [sites, setSites] = useState<SiteSummary[]>();
  const [failed, setFailed] = useState('');
  const load = () => api.sites().then(s => { setSites(s); setFailed(''); }, e => setFailed(problemText(words, asProblem(e))));
  useEffect(() => { void load(); }, []);
  const name = sites?.find(s => s.name === route[0])?.name ?? (sites?.length === 1 || route.length === 0 ? sites?.[0]?.name : undefined);
  if (failed) return <main class="alone"><Note kind="bad">{failed}</Note><button type="button" onClick={load}>{words.tryAgain}</button></main>;
  if (!sites) return null;
  if (!name) return (
    <main class="alone">
      <h1>{words.chooseSite}</h1>
      <ul class="plain">{sites.map(s => <li key={s.name}><a class="button" href={address(s.name)}>{s.title ?? s.name}</a></li>)}</ul>
    </main>
  );
  return <AtSite key={name} name={name} many={sites} page={route.slice(1)} {...{ account, language, setLanguage, onSignedOut }} />;
}

function AtSite({ name, many, page, account, language, setLanguage, onSignedOut }: SignedProps & { name: string; many: SiteSummary[]; page: string[] }) {
  const words = catalogue[language];
  const [site, setSite] = useState<Site>();
  const [links, setLinks] = useState<readonly Link[]>([]);
  const [failed, setFailed] = useState('');
  const live = useMemo(() => new Live(name), [name]);
  useEffect(() => () => live.close(), [live]);
  const refresh = () => {
    api.site(name).then(s => { setSite(s); setFailed(''); }, e => setFailed(problemText(words, asProblem(e))));
    api.links(name).then(setLinks, () => { /* said by the site's own answer */ });
  };
  useEffect(() => {
    refresh();
    // Links move with values, and a site changes with its revision; both are asked anew when the stream says that something did.
    let changes = live.state.changes, asked = 0;
    return live.watch((state, changed) => {
      const moved = changed.some(c => c.writable) && performance.now() - asked > LINKS_EVERY_MS;
      if (moved) { asked = performance.now(); api.links(name).then(setLinks, () => { /* next time */ }); }
      if (state.changes !== changes) { changes = state.changes; refresh(); }
    });
  }, [live]);
  const format = useMemo(() => new Format(words, localeOf(language), site?.zone ?? 'UTC'), [words, language, site?.zone]);
  if (!site) return failed ? <main class="alone"><Note kind="bad">{failed}</Note><button type="button" onClick={refresh}>{words.tryAgain}</button></main> : null;
  const around: Around = { words, format, language, setLanguage, account, site, live, links, refresh };
  return <AroundContext.Provider value={around}><Frame many={many} page={page} onSignedOut={onSignedOut} /></AroundContext.Provider>;
}
const LINKS_EVERY_MS = 2000;

// The reader's own locale where it is of the chosen language: `en-GB` writes a day otherwise than `en-US`.
const localeOf = (language: Language) => navigator.languages.find(l => l.toLowerCase().startsWith(language)) ?? language;

// Pages that are not needed for the first view come when they are opened.
const later = {
  thing: () => import('./pages/thing').then(m => m.ThingPage as ComponentType<{ path: string[] }>),
  energy: () => import('./pages/energy').then(m => m.EnergyPage as ComponentType<{ path: string[] }>),
  rules: () => import('./pages/rules').then(m => m.RulesPage as ComponentType<{ path: string[] }>),
  plan: () => import('./pages/plan').then(m => m.PlanPage as ComponentType<{ path: string[] }>),
  setup: () => import('./pages/setup').then(m => m.SetupPage as ComponentType<{ path: string[] }>),
};

function Later({ name, path }: { name: keyof typeof later; path: string[] }) {
  const { words } = useAround();
  const [page, set] = useState<{ name: string; Page: ComponentType<{ path: string[] }> }>();
  const [failed, setFailed] = useState(false);
  useEffect(() => { later[name]().then(Page => set({ name, Page }), () => setFailed(true)); }, [name]);
  if (failed) return <Note kind="bad">{words.noAnswer}</Note>;
  return page?.name === name ? <page.Page path={path} /> : <p class="loading">{words.loading}</p>;
}

function Frame({ many, page, onSignedOut }: { many: SiteSummary[]; page: string[]; onSignedOut: () => void }) {
  const { words, site } = useAround();
  const [what = '', ...path] = page;
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) { first.current = false; return; }
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [what, path[0]]);
  useEffect(() => { document.title = `${site.title ?? site.name} · Linkspan`; }, [site]);
  return (
    <>
      <a class="skip" href="#content" onClick={e => { e.preventDefault(); main.current?.focus(); }}>{words.skip}</a>
      <Top many={many} what={what} onSignedOut={onSignedOut} />
      <OfflineNote />
      <main id="content" ref={main} tabIndex={-1}>
        {what === '' ? <SitePage /> : what === 'thing' || what === 'energy' || what === 'rules' || what === 'plan' || what === 'setup' ? <Later name={what} path={path} /> : <Note kind="warn">{words.notFound}</Note>}
      </main>
    </>
  );
}

function Top({ many, what, onSignedOut }: { many: SiteSummary[]; what: string; onSignedOut: () => void }) {
  const { words, site, account, language, setLanguage, live } = useAround();
  const status = useLive(live, s => s.status);
  const armed = useLive(live, s => s.armed);
  const tabs = [['', words.home, 'house'], ['energy', words.energy, 'energy'], ['rules', words.rules.page, 'rules'], ['plan', words.plan, 'plan'], ['setup', words.setup, 'setup']] as const;
  return (
    <header class="top">
      <a class="brand" href={address(site.name)}>
        <img src="./icon.svg" width="32" height="32" alt="Linkspan" />
        <span>{site.title ?? site.name}</span>
      </a>
      {many.length > 1 && (
        <select aria-label={words.chooseSite} value={site.name} onChange={e => { location.hash = address(e.currentTarget.value); }}>
          {many.map(s => <option key={s.name} value={s.name}>{s.title ?? s.name}</option>)}
        </select>
      )}
      <nav aria-label={words.menu}>
        {tabs.map(([key, text, icon]) => (
          <a key={key} href={key ? address(site.name, key) : address(site.name)} aria-current={what === key || (key === '' && what === 'thing') ? 'page' : undefined}><Icon name={icon} /><span>{text}</span></a>
        ))}
      </nav>
      <span class="chips">
        {!armed && <span class="chip watch"><Icon name="eye" size={16} /> {words.watching}</span>}
        <span class={`chip ${status}`} role="status"><i class="dot" />{status === 'live' ? words.live : status === 'waiting' ? words.connecting : words.offline}</span>
      </span>
      <details class="menu">
        <summary aria-label={words.account}><Icon name="person" /></summary>
        <div>
          <p>{words.signedInAs.replace('{name}', account.name)}<br /><small>{words.role[account.role]}</small></p>
          <label>{words.languageLabel}
            <select value={language} onChange={e => setLanguage(e.currentTarget.value as Language)}>{languages.map(l => <option key={l} value={l} lang={l}>{catalogue[l].language}</option>)}</select>
          </label>
          <button type="button" onClick={() => api.signOut().finally(onSignedOut)}>{words.signOut}</button>
        </div>
      </details>
    </header>
  );
}

function OfflineNote() {
  const { words, format, live } = useAround();
  const lostAt = useLive(live, s => s.lostAt);
  if (!lostAt) return null;
  return <p class="offline" role="alert"><Icon name="cut" size={18} /> {format.fill(words.offlineNote, { at: format.seconds(lostAt) })}</p>;
}
