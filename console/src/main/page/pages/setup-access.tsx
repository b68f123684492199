// Who may come in: people, tokens for programs of one's own, applications with what they get.
import { useState } from 'preact/hooks';
import { api, type Problem, type Role } from '../api';
import { mayBe, problemText, useAround, useAsked, useLive } from '../context';
import { titleOf } from '../format';
import { Act, Card, Choice, Dialog, Note, Text, Trouble } from '../parts/small';

const ROLES: Role[] = ['viewer', 'operator', 'installer', 'owner'];
const PASSWORD_LEAST = 10;

function useRoles() {
  const { words } = useAround();
  return ROLES.map(r => [r, `${words.role[r]}: ${words.roleNote[r]}`] as const);
}

function Removing({ name, onRemove, onDone }: { name: string; onRemove: () => Promise<unknown>; onDone: () => void }) {
  const { words, format } = useAround();
  const [asking, ask] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  return (
    <>
      <button type="button" class="quiet" onClick={() => ask(true)} aria-label={format.fill(words.removeAsk, { name })}>{words.remove}</button>
      {asking && (
        <Dialog title={format.fill(words.removeAsk, { name })} onClose={() => ask(false)}>
          <Trouble problem={problem} />
          <div class="row end"><button type="button" onClick={() => ask(false)}>{words.cancel}</button><Act class="main" onAct={onRemove} onDone={p => { setProblem(p); if (!p) { ask(false); onDone(); } }}>{words.remove}</Act></div>
        </Dialog>
      )}
    </>
  );
}

function Once({ secret }: { secret: string }) {
  const { words } = useAround();
  const [copied, setCopied] = useState(false);
  return <div class="note good once"><p>{words.tokenOnce}</p><div class="row"><code tabIndex={0}>{secret}</code>{navigator.clipboard && <button type="button" onClick={() => navigator.clipboard.writeText(secret).then(() => setCopied(true), () => setCopied(false))}>{copied ? words.copied : words.copy}</button>}</div></div>;
}

export function People() {
  const { words, format, account, live } = useAround();
  const owner = mayBe(account.role, 'owner');
  const asked = useAsked(async () => owner ? api.accounts() : [], [owner]);
  const roles = useRoles();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [problem, setProblem] = useState<Problem>();
  return (
    <>
      {owner && (
        <>
          <Card title={words.people}>
            <Trouble problem={asked.problem ?? problem} />
            <table class="list"><thead><tr><th scope="col">{words.name}</th><th scope="col">{words.roleLabel}</th><th scope="col">{words.lastSeen}</th><th><span class="hidden">{words.remove}</span></th></tr></thead>
              <tbody>{(asked.value ?? []).map(a => (
                <tr key={a.name}><th scope="row">{a.name}</th>
                  <td><select aria-label={`${words.roleLabel}: ${a.name}`} value={a.role} disabled={a.name === account.name} onChange={e => api.changeAccount(a.name, { role: e.currentTarget.value as Role }).then(asked.again, setProblem)}>{ROLES.map(r => <option key={r} value={r}>{words.role[r]}</option>)}</select></td>
                  <td class="soft">{a.last_seen ? format.at(Date.parse(a.last_seen), live.now()) : words.never}</td>
                  <td>{a.name !== account.name && <Removing name={a.name} onRemove={() => api.removeAccount(a.name)} onDone={asked.again} />}</td></tr>
              ))}</tbody></table>
          </Card>
          <Card title={words.addPerson}>
            <div class="grid">
              <Text label={words.name} value={name} onValue={setName} autocapitalize="none" spellcheck={false} />
              <Text label={words.password} hint={format.fill(words.passwordHint, { least: PASSWORD_LEAST })} type="password" value={password} onValue={setPassword} autocomplete="new-password" />
              <Choice label={words.roleLabel} value={role} options={roles} onValue={setRole} />
            </div>
            <div class="row"><Act class="main" disabled={!name.trim() || password.length < PASSWORD_LEAST} onAct={() => api.addAccount(name.trim(), password, role)} onDone={p => { setProblem(p); if (!p) { setName(''); setPassword(''); asked.again(); } }}>{words.add}</Act></div>
          </Card>
        </>
      )}
      <OwnPassword />
    </>
  );
}

function OwnPassword() {
  const { words, format, account } = useAround();
  const [password, setPassword] = useState('');
  const [said, say] = useState<{ good: boolean; text: string }>();
  return (
    <Card title={words.changePassword} class="narrow">
      <Text label={words.newPassword} hint={format.fill(words.passwordHint, { least: PASSWORD_LEAST })} type="password" value={password} onValue={setPassword} autocomplete="new-password" />
      {said && <Note kind={said.good ? 'good' : 'bad'}>{said.text}</Note>}
      <div class="row"><Act disabled={password.length < PASSWORD_LEAST} onAct={() => api.changeAccount(account.name, { password })} onDone={p => { say(p ? { good: false, text: problemText(words, p) } : { good: true, text: words.passwordChanged }); if (!p) setPassword(''); }}>{words.save}</Act></div>
    </Card>
  );
}

export function Tokens() {
  const { words, format, account, live } = useAround();
  const asked = useAsked(api.tokens, []);
  const [title, setTitle] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const roles = useRoles().filter(([r]) => mayBe(account.role, r));
  return (
    <>
      <Card title={words.tokens}>
        <Trouble problem={asked.problem} />
        {asked.value?.length === 0 && <p class="soft">{words.nothing}</p>}
        <table class="list"><tbody>{(asked.value ?? []).map(t => (
          <tr key={t.id}><th scope="row">{t.title}</th><td>{words.role[t.role]}</td><td class="soft">{t.account} {t.expires && format.fill(words.until, { at: format.at(Date.parse(t.expires), live.now()) })}</td><td><Removing name={t.title} onRemove={() => api.removeToken(t.id)} onDone={asked.again} /></td></tr>
        ))}</tbody></table>
      </Card>
      <Card title={words.addToken}>
        <div class="grid"><Text label={words.tokenTitle} value={title} onValue={setTitle} /><Choice label={words.roleLabel} value={role} options={roles} onValue={setRole} /></div>
        {secret && <Once secret={secret} />}
        <Trouble problem={problem} />
        <div class="row"><Act class="main" disabled={!title.trim()} onAct={async () => setSecret((await api.addToken(title.trim(), role)).token)} onDone={p => { setProblem(p); if (!p) { setTitle(''); asked.again(); } }}>{words.addToken}</Act></div>
      </Card>
    </>
  );
}

const EVERY = ['', '1min', '15min', '1h', '1d'] as const;

export function Applications() {
  const { words, site, live } = useAround();
  const asked = useAsked(() => api.applications(site.name), [site.name]);
  const things = useLive(live, s => s.things);
  const [name, setName] = useState('');
  const [every, setEvery] = useState<(typeof EVERY)[number]>('15min');
  const [gets, setGets] = useState<readonly string[]>([]);
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<Problem>();
  return (
    <>
      <Card title={words.applications}>
        <Trouble problem={asked.problem} />
        {asked.value?.length === 0 && <p class="soft">{words.nothing}</p>}
        <table class="list"><tbody>{(asked.value ?? []).map(a => (
          <tr key={a.name}><th scope="row">{a.name}</th><td>{a.contract.properties.join(', ')}</td><td class="soft">{a.contract.every ?? words.everyReading}</td><td><Removing name={a.name} onRemove={() => api.removeApplication(site.name, a.name)} onDone={asked.again} /></td></tr>
        ))}</tbody></table>
      </Card>
      <Card title={words.addApplication}>
        <div class="grid"><Text label={words.name} hint={words.machineNameHint} value={name} onValue={setName} pattern="[a-z][a-z0-9_]{0,62}" autocapitalize="none" spellcheck={false} /><Choice label={words.every} value={every} options={EVERY.map(e => [e, e || words.everyReading] as const)} onValue={setEvery} /></div>
        <fieldset><legend>{words.applicationGets}</legend><div class="ticks">{things.map(t => <label key={t.id}><input type="checkbox" checked={gets.includes(t.id)} onChange={e => setGets(e.currentTarget.checked ? [...gets, t.id] : gets.filter(g => g !== t.id))} /> {titleOf(t)}</label>)}</div></fieldset>
        {secret && <Once secret={secret} />}
        <Trouble problem={problem} />
        <div class="row"><Act class="main" disabled={!/^[a-z][a-z0-9_]{0,62}$/.test(name) || gets.length === 0} onAct={async () => setSecret((await api.addApplication(site.name, name, { properties: [...gets], ...(every ? { every } : {}) })).token)} onDone={p => { setProblem(p); if (!p) { setName(''); setGets([]); asked.again(); } }}>{words.add}</Act></div>
      </Card>
    </>
  );
}
