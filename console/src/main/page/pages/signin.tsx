// The door: signing in, or at the very first start making the first account with the code that Linkspan printed.
import { useState } from 'preact/hooks';
import { api, type Session } from '../api';
import { asProblem, problemText } from '../context';
import { Note, Text } from '../parts/small';
import { catalogue, fill, languages, type Language, type Words } from '../words/words';

const PASSWORD_LEAST = 10;

export function SignIn({ words, language, setLanguage, first, onSession }: { words: Words; language: Language; setLanguage: (l: Language) => void; first: boolean; onSession: (s: Session) => void }) {
  const [code, setCode] = useState(new URLSearchParams(location.search).get('code') ?? '');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailed('');
    try { onSession(await (first ? api.setUp(code.trim(), name.trim(), password) : api.signIn(name.trim(), password))); }
    catch (error) { setFailed(problemText(words, asProblem(error))); setBusy(false); }
  };
  return (
    <main class="door">
      <form onSubmit={submit}>
        <img src="./icon.svg" width="56" height="56" alt="Linkspan" />
        <h1>{first ? words.firstStart : words.signIn}</h1>
        <p>{first ? words.firstLead : words.signInLead}</p>
        {first && <Text label={words.code} hint={words.codeHint} value={code} onValue={setCode} required autocomplete="one-time-code" spellcheck={false} />}
        <Text label={first ? words.yourName : words.name} value={name} onValue={setName} required autocomplete="username" autocapitalize="none" spellcheck={false} />
        <Text label={first ? words.newPassword : words.password} {...(first ? { hint: fill(words.passwordHint, { least: PASSWORD_LEAST }), minLength: PASSWORD_LEAST } : {})}
          type="password" value={password} onValue={setPassword} required autocomplete={first ? 'new-password' : 'current-password'} />
        {failed && <Note kind="bad">{failed}</Note>}
        <button class="main" disabled={busy}>{first ? words.begin : words.signIn}</button>
      </form>
      <p class="languages">{languages.map(l => <button type="button" class="quiet" key={l} lang={l} aria-pressed={l === language} onClick={() => setLanguage(l)}>{catalogue[l].language}</button>)}</p>
    </main>
  );
}
