import { useLocation } from 'preact-iso';
import { useAccount } from '../account.js';
import { ContactList } from './contact-list.js';
import { ContactPage } from './contact-page.js';
import './contacts.css';
import { ImportContacts } from './import-contacts.js';

const BELOW = /\/contacts\/([^/]+)/;

export function Contacts() {
  const { account } = useAccount();
  const { path } = useLocation();
  const list = `/console/accounts/${account.id}/contacts`;
  const [, below] = BELOW.exec(path) ?? [];
  return (
    <div class="contacts-page stack">
      {below === undefined ? (
        <ContactList base={list} />
      ) : below === 'import' ? (
        <ImportContacts list={list} />
      ) : (
        <ContactPage key={below} id={below} list={list} />
      )}
    </div>
  );
}
