// What the site has and who may use it.
import type { Role } from '../api';
import { address, mayBe, useAround } from '../context';
import { Note } from '../parts/small';
import { AddMachine } from './setup-add';
import { SiteFilePage } from './setup-file';
import { Applications, People, Tokens } from './setup-access';

const TABS = [['file', 'siteFile', 'installer'], ['add', 'addMachineTab', 'installer'], ['people', 'people', 'viewer'], ['tokens', 'tokens', 'viewer'], ['applications', 'applications', 'owner']] as const satisfies readonly (readonly [string, string, Role])[];

export function SetupPage({ path: [tab] }: { path: string[] }) {
  const { words, site, account } = useAround();
  const may = TABS.filter(([, , least]) => mayBe(account.role, least));
  const open = may.find(([key]) => key === tab) ?? (tab ? undefined : may[0]);
  return (
    <>
      <h1>{words.setup}</h1>
      <p class="soft lead">{words.setupLead}</p>
      <nav class="tabs" aria-label={words.setup}>{may.map(([key, word]) => <a key={key} href={address(site.name, 'setup', key)} aria-current={open?.[0] === key ? 'page' : undefined}>{words[word]}</a>)}</nav>
      {!open ? <Note kind="warn">{words.mayNot}</Note> : { file: <SiteFilePage />, add: <AddMachine />, people: <People />, tokens: <Tokens />, applications: <Applications /> }[open[0]]}
    </>
  );
}

