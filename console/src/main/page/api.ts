// The HTTP API under /v1, as this page uses it. The types are the contract: what may be left out is marked so.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Role = 'owner' | 'installer' | 'operator' | 'viewer';
export type Quality = 'good' | 'uncertain' | 'bad' | 'estimated' | 'corrected';

export type Account = { name: string; role: Role; language?: string; created?: string; last_seen?: string };
export type Session = { signed_in: boolean; needs_setup: boolean; account?: Account; csrf?: string };
export type SiteSummary = {
  name: string; title?: string; id: string; zone: string; armed: boolean; revision: number; position: string;
  things?: number; properties?: number; links?: number;
};
export type ConnectorHealth = {
  connector: string; up: boolean; since?: string; frames?: number; readings?: number; gaps?: number; commands?: number;
  reconnects?: number; dropped?: number; last_error?: string;
};
export type Site = SiteSummary & { version?: string; disk?: string; trouble?: string; connectors: ConnectorHealth[] };
export type HoldLine = { who: string; priority: string; wish: string };
export type Cell = {
  property: string; title?: string; type: string; writable?: boolean; unit?: string; private?: boolean;
  value?: Json; shown?: string; quality?: Quality; received?: string; age_ms?: number; device_time?: string;
  missing_since?: string; missing_cause?: string; missing?: string;
  desired?: Json; in_charge?: string; write?: string; out_of_service?: string; holds?: HoldLine[]; why?: string; at?: string;
};
export type Action = { name: string; title?: string; input?: string };
export type Thing = { id: string; title?: string; kind?: string; connector?: string; properties: Cell[]; actions?: Action[] };
export type Link = {
  id: string; title?: string; from?: string; to: string; does: string; priority: string; private?: boolean; silent?: string;
  version?: number; active?: boolean; wish?: string;
};
export type Missing = { from: string; to?: string; cause: string };
export type Point = [time: string, value: Json, quality?: Quality];
export type History = {
  property: string; unit?: string; from: string; to: string; complete_to?: string; points: Point[]; next?: string; missing: Missing[];
};
export type Bucket = {
  from: string; to: string; count: number; min?: number; max?: number; mean?: number; time_mean?: number; last?: Json;
  consumption?: number;
};
export type Every = 'minute' | 'quarter' | 'hour' | 'day';
export type Rolled = {
  property: string; unit?: string; from: string; to: string; complete_to?: string; buckets: Bucket[]; next?: string; missing: Missing[];
};
export type EnergyPart = { name: string; kwh: number; cost: number };
export type EnergyRow = {
  from: string; to: string; import_kwh: number; export_kwh: number; cost: { energy: number; export: number; standing: number; capacity: number; total: number };
  parts: EnergyPart[]; export_parts?: EnergyPart[]; estimated_kwh?: number; unpriced_kwh?: number; lacking_s?: number;
};
export type EnergyPeak = { month: string; kw: number; at: string; estimated_quarters: number; lacking_quarters: number; billed_kw?: number; of_months?: number; charge?: number };
export type EnergyTariff = {
  id: string; title?: string; currency: string; import: string[]; export: string[]; counted_to?: string; total: EnergyRow; rows: EnergyRow[]; peaks: EnergyPeak[];
  prices?: [time: string, price: string][]; missing: (Missing & { property: string })[];
};
export type EnergyLink = {
  id: string; to: string; unknown?: string; times?: number; held_s?: number; shifted_kwh?: number; method?: 'measured' | 'rated'; assumed?: number; unknown_s?: number; read_to?: string;
  tariffs?: { id: string; energy_saved: number; months: { month: string; peak_kw: number; without_kw: number; without_least_kw: number; capacity_saved?: number; capacity_saved_least?: number }[] }[];
};
export type EnergyTold = { from: string; to: string; every: string; complete_to?: string; tariffs: EnergyTariff[]; links?: EnergyLink[] };
export type WhyStep = { kind: string; position?: string; time?: string; text: string; wire_hex?: string; wire_text?: string };
export type Why = { about: string; headline: string; steps: WhyStep[] };
export type Outcome = { kind: string; text: string; why?: string };
export type Commanded = { key?: string; position?: string; outcome?: Outcome };
// What a sentence gave: `choices` where it is asked back, `undo` what takes it back.
export type Undoing = { property: string; value?: Json; for?: string; priority: string };
export type Sentence = {
  language: string; kind: 'done' | 'answer' | 'understood' | 'question' | 'refused' | 'not_understood'; text: string; meaning?: string; acts?: boolean;
  choices?: { id: string; text: string }[]; outcomes?: { property: string; outcome?: Outcome }[]; undo?: Undoing[];
};
export type SiteText = { revision: number; yaml: string };
export type Applied = {
  unchanged?: boolean; applied?: boolean; revision?: number; added?: string[]; changed?: string[]; removed?: string[];
  overrides?: string[]; silences?: string[]; loops?: string[]; risks?: string[];
};
export type Revision = { revision: number; position: string; time: string; by: string };
export type LineSettings = Record<string, string>;
export type Probed = { found: { what: string; settings: LineSettings }[]; complete: boolean; problem: string };
export type Tried = { values: { property: string; value: Json; unit?: string; quality: Quality }[]; missing: string[]; complete: boolean; problem: string };
export type Found = { connector: string; what: string; settings: LineSettings; first: string; last: string };
export type Profile = { name: string; title: string; maker?: string; connectors?: string[]; defaults?: Record<string, Json> };
export type LogEntry = { position: string; time: string; by: string; text: string[] };
// What a site does by itself. `do` of a step: hold, release, mode, invoke, raise, tell, wait, await.
export type RuleStep = {
  do: string; text: string; property?: string; value?: Json; asks?: string; for?: string; linger?: string; until?: string; until_released?: boolean;
  mode?: string; action?: string; severity?: string; says?: string; time?: string; condition?: string;
};
export type RuleState = 'idle' | 'met' | 'active' | 'waiting' | 'unsure' | 'asleep' | 'off' | 'limited';
export type Rule = {
  id: string; title?: string; for_thing?: string; kind: 'rule' | 'schedule'; sentence: string; priority: string; version: number; modes?: string[];
  when?: string; until?: string; at?: string[]; for?: string; works: string[]; state?: RuleState; since?: string; next?: string; fired?: number;
  last_fired?: string; holds?: string[]; reason?: string; then?: RuleStep[]; else?: RuleStep[]; points?: { at: string; value?: Json; shown?: string }[];
};
export type RulePart = { text: string; met: 'yes' | 'no' | 'unknown'; seen: { of: string; text: string; value?: Json }[] };
export type RuleMove = { position: string; time: string; move: string; text: string; seen: RulePart['seen'] };
export type RuleTold = Rule & { silent?: string; condition?: RulePart[]; ends_when?: RulePart[]; why_not: string; moves: RuleMove[] };
export type Rules = { mode: string; modes: string[]; rules: Rule[] };
export type Scene = { id: string; title?: string; set: { property: string; value: Json; shown: string }[] };
export type Token = { id: string; title: string; role: Role; created?: string; expires?: string; account?: string };
export type Application = {
  name: string; contract: { properties: string[]; every?: string; delay?: string; until?: string };
  quota?: { items_per_s: number }; cursor?: string; created?: string;
};
export type Picture = { name: string; type: string; width: number; height: number; bytes: number; tag: string };
export type Plan = { id: string; title: string; image: string; picture?: Picture };
export type Plans = {
  revision: number; plans: Plan[]; places: { thing: string; plan: string; x: number; y: number }[];
  positions: { thing: string; latitude: number; longitude: number }[]; site?: { latitude: number; longitude: number };
};
export type LineError = { line: number; column?: number; message: string };

// RFC 9457. `detail` is a sentence for people.
export class Problem extends Error {
  readonly status: number;
  readonly errors: LineError[];
  readonly retryAfterS: number;
  constructor(status: number, detail: string, errors: LineError[] = [], retryAfterS = 0) {
    super(detail);
    this.status = status;
    this.errors = errors;
    this.retryAfterS = retryAfterS;
  }
  // Nobody answered: the network or the node is away.
  get offline() { return this.status === 0; }
}

let csrf = '';
let onSignedOut: () => void = () => {};
export const whenSignedOut = (then: () => void) => { onSignedOut = then; };
export const signedOut = () => onSignedOut();

type Call = { method?: string; body?: Json; text?: string; file?: Blob; type?: string; headers?: Record<string, string>; signal?: AbortSignal };

async function send(path: string, call: Call = {}): Promise<Response> {
  const method = call.method ?? 'GET';
  const headers: Record<string, string> = { Accept: 'application/json', ...call.headers };
  let body: string | Blob | undefined;
  if (call.file) { body = call.file; headers['Content-Type'] = call.type ?? 'application/octet-stream'; }
  else if (call.text !== undefined) { body = call.text; headers['Content-Type'] = call.type ?? 'text/plain'; }
  else if (call.body !== undefined) { body = JSON.stringify(call.body); headers['Content-Type'] = 'application/json'; }
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf;
  let answer: Response;
  try {
    answer = await fetch(path, { method, headers, credentials: 'same-origin', ...(body === undefined ? {} : { body }), ...(call.signal ? { signal: call.signal } : {}) });
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new Problem(0, '');
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({})) as { detail?: string; title?: string; errors?: LineError[] };
  if (answer.status === 401 && path !== '/v1/session' && path !== '/v1/setup') onSignedOut();
  throw new Problem(answer.status, problem.detail ?? problem.title ?? `${answer.status} ${answer.statusText}`, problem.errors ?? [],
    Number(answer.headers.get('Retry-After') ?? 0));
}

async function json<T>(path: string, call: Call = {}): Promise<T> {
  const answer = await send(path, call);
  return answer.status === 204 ? {} as T : await answer.json() as T;
}

const query = (values: Record<string, string | number | boolean | undefined>) => {
  const set = Object.entries(values).filter(([, v]) => v !== undefined && v !== false);
  return set.length ? `?${set.map(([k, v]) => `${k}=${encodeURIComponent(String(v))}`).join('&')}` : '';
};
const part = encodeURIComponent;
const key = () => crypto.getRandomValues(new Uint32Array(4)).reduce((text, n) => text + n.toString(16).padStart(8, '0'), '');

function signed(session: Session): Session { csrf = session.csrf ?? ''; return session; }

export const api = {
  session: async () => signed(await json<Session>('/v1/session')),
  signIn: async (name: string, password: string) => signed(await json<Session>('/v1/session', { method: 'POST', body: { name, password } })),
  signOut: () => json<void>('/v1/session', { method: 'DELETE' }),
  setUp: async (code: string, name: string, password: string) =>
    signed(await json<Session>('/v1/setup', { method: 'POST', body: { code, name, password } })),

  accounts: async () => (await json<{ accounts: Account[] }>('/v1/accounts')).accounts,
  addAccount: (name: string, password: string, role: Role) => json<void>('/v1/accounts', { method: 'POST', body: { name, password, role } }),
  changeAccount: (name: string, change: { role?: Role; password?: string; language?: string }) =>
    json<void>(`/v1/accounts/${part(name)}`, { method: 'PATCH', body: change as Json }),
  removeAccount: (name: string) => json<void>(`/v1/accounts/${part(name)}`, { method: 'DELETE' }),
  tokens: async () => (await json<{ tokens: Token[] }>('/v1/tokens')).tokens,
  addToken: (title: string, role: Role) => json<{ id: string; token: string }>('/v1/tokens', { method: 'POST', body: { title, role } }),
  removeToken: (id: string) => json<void>(`/v1/tokens/${part(id)}`, { method: 'DELETE' }),

  sites: async () => (await json<{ sites: SiteSummary[] }>('/v1/sites')).sites,
  site: (site: string) => json<Site>(`/v1/sites/${part(site)}`),
  links: async (site: string) => (await json<{ links: Link[] }>(`/v1/sites/${part(site)}/links`)).links,
  arm: (site: string, armed: boolean) => json<void>(`/v1/sites/${part(site)}/armed`, { method: 'PUT', body: { armed } }),
  description: (site: string, thing: string) => json<Record<string, Json>>(`/v1/sites/${part(site)}/things/${part(thing)}/description`),
  log: (site: string, most: number, before?: string) =>
    json<{ entries: LogEntry[]; position: string }>(`/v1/sites/${part(site)}/log${query({ most, before })}`),
  why: (site: string, about: string) => json<Why>(`/v1/sites/${part(site)}/why/${part(about)}`),

  take: (site: string, path: string, value: Json, duration: string) =>
    json<Commanded>(`/v1/sites/${part(site)}/cells/${part(path)}/holds`,
      { method: 'POST', body: { value, for: duration, priority: 'manual' }, headers: { 'Idempotency-Key': key() } }),
  giveBack: (site: string, path: string) =>
    json<Commanded>(`/v1/sites/${part(site)}/cells/${part(path)}/holds?priority=manual`, { method: 'DELETE', headers: { 'Idempotency-Key': key() } }),
  act: (site: string, thing: string, action: string, value?: Json) =>
    json<Commanded>(`/v1/sites/${part(site)}/things/${part(thing)}/actions/${part(action)}`,
      { method: 'POST', body: value === undefined ? {} : { value }, headers: { 'Idempotency-Key': key() } }),
  say: (site: string, sentence: string, language: string, choice?: string) =>
    json<Sentence>(`/v1/sites/${part(site)}/sentences`,
      { method: 'POST', body: { sentence, language, ...(choice === undefined ? {} : { choice }) }, headers: { 'Idempotency-Key': key() } }),
  undo: (site: string, step: Undoing) => step.value === undefined
    ? json<Commanded>(`/v1/sites/${part(site)}/cells/${part(step.property)}/holds?priority=${step.priority}`, { method: 'DELETE', headers: { 'Idempotency-Key': key() } })
    : json<Commanded>(`/v1/sites/${part(site)}/cells/${part(step.property)}/holds`,
      { method: 'POST', body: { value: step.value, priority: step.priority, ...(step.for === undefined ? {} : { for: step.for }) }, headers: { 'Idempotency-Key': key() } }),
  service: (site: string, thing: string, out: boolean, reason: string) =>
    json<void>(`/v1/sites/${part(site)}/things/${part(thing)}/service`, { method: 'PUT', body: { out, reason } }),

  rules: (site: string) => json<Rules>(`/v1/sites/${part(site)}/rules`),
  rule: (site: string, rule: string) => json<RuleTold>(`/v1/sites/${part(site)}/rules/${part(rule)}`),
  sleep: (site: string, rule: string, off: boolean, reason: string) =>
    json<void>(`/v1/sites/${part(site)}/rules/${part(rule)}/sleep`, { method: 'PUT', body: { off, ...(reason ? { reason } : {}) } }),
  modes: (site: string) => json<{ mode: string; modes: string[] }>(`/v1/sites/${part(site)}/mode`),
  setMode: (site: string, mode: string) => json<void>(`/v1/sites/${part(site)}/mode`, { method: 'PUT', body: { mode } }),
  scenes: async (site: string) => (await json<{ scenes: Scene[] }>(`/v1/sites/${part(site)}/scenes`)).scenes,
  setScene: async (site: string, scene: string) =>
    (await json<{ outcomes: { property: string; outcome?: Outcome }[] }>(`/v1/sites/${part(site)}/scenes/${part(scene)}`,
      { method: 'POST', body: {}, headers: { 'Idempotency-Key': key() } })).outcomes,

  history: (site: string, path: string, from: Date, to: Date, columns: number, signal?: AbortSignal) =>
    json<History>(`${historyOf(site, path)}${query({ from: from.toISOString(), to: to.toISOString(), columns })}`, signal ? { signal } : {}),
  rolled: async (site: string, path: string, from: Date, to: Date, every: Every, signal?: AbortSignal): Promise<Rolled> => {
    const asked = { from: from.toISOString(), to: to.toISOString(), every };
    const first = await json<Rolled>(`${historyOf(site, path)}${query(asked)}`, signal ? { signal } : {});
    for (let pages = 1, next = first.next; next && pages < PAGES_MAX; pages++) {
      const more: Rolled = await json<Rolled>(`${historyOf(site, path)}${query({ ...asked, after: next })}`, signal ? { signal } : {});
      first.buckets.push(...more.buckets);
      next = more.next;
    }
    return first;
  },
  csvAddress: (site: string, path: string, from: Date, to: Date) =>
    `${historyOf(site, path)}.csv${query({ from: from.toISOString(), to: to.toISOString() })}`,

  energy: (site: string, from: Date, to: Date, every: 'quarter' | 'hour' | 'day' | 'month') =>
    json<EnergyTold>(`/v1/sites/${part(site)}/energy${query({ from: from.toISOString(), to: to.toISOString(), every })}`),
  energyCsvAddress: (site: string, from: Date, to: Date, every: string) =>
    `/v1/sites/${part(site)}/energy.csv${query({ from: from.toISOString(), to: to.toISOString(), every })}`,

  file: (site: string) => json<SiteText>(`/v1/sites/${part(site)}/file`),
  apply: (site: string, yaml: string, revision: number, how: { dry_run?: boolean; confirmed?: boolean }) =>
    json<Applied>(`/v1/sites/${part(site)}/file${query(how)}`,
      { method: 'PUT', text: yaml, type: 'text/yaml', headers: { 'If-Match': `"${revision}"` } }),

  schema: () => json<Json>('/v1/schema/site'),
  check: (site: string, yaml: string, revision: number, signal: AbortSignal) =>
    json<Applied>(`/v1/sites/${part(site)}/file?dry_run=true`,
      { method: 'PUT', text: yaml, type: 'text/yaml', headers: { 'If-Match': `"${revision}"` }, signal }),
  revisions: async (site: string) => (await json<{ revisions: Revision[] }>(`/v1/sites/${part(site)}/revisions`)).revisions,
  revision: (site: string, revision: number) => json<SiteText>(`/v1/sites/${part(site)}/revisions/${revision}`),
  profiles: async () => (await json<{ profiles: Profile[] }>('/v1/profiles')).profiles,
  probe: (site: string, type: string, line: LineSettings) => json<Probed>(`/v1/sites/${part(site)}/probe`, { method: 'POST', body: { type, line } }),
  tryOut: (site: string, yaml: string, thing: string) => json<Tried>(`/v1/sites/${part(site)}/try`, { method: 'POST', body: { yaml, thing } }),
  found: async (site: string) => (await json<{ found: Found[] }>(`/v1/sites/${part(site)}/found`)).found,

  plans: (site: string) => json<Plans>(`/v1/sites/${part(site)}/plans`),
  putPicture: (site: string, name: string, file: Blob) => json<Picture>(pictureAddress(site, name), { method: 'PUT', file, type: /^image\//.test(file.type) ? file.type : 'application/octet-stream' }),

  applications: async (site: string) => (await json<{ applications: Application[] }>(`/v1/sites/${part(site)}/applications`)).applications,
  addApplication: (site: string, name: string, contract: Application['contract']) =>
    json<{ name: string; token: string }>(`/v1/sites/${part(site)}/applications`, { method: 'POST', body: { name, contract } as Json }),
  removeApplication: (site: string, name: string) => json<void>(`/v1/sites/${part(site)}/applications/${part(name)}`, { method: 'DELETE' }),
};

// Most pages of one question; what is asked for a chart stays far below.
const PAGES_MAX = 40;
const historyOf = (site: string, path: string) => `/v1/sites/${part(site)}/cells/${part(path)}/history`;
// The tag makes another picture another address, so that a page never shows the former one.
export const pictureAddress = (site: string, name: string, tag?: string) => `/v1/sites/${part(site)}/pictures/${part(name)}${query({ tag })}`;
export const liveAddress = (site: string) => `/v1/sites/${part(site)}/live`;
