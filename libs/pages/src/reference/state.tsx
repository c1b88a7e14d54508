import { createContext, type ComponentChildren } from 'preact';
import { useContext, useState } from 'preact/hooks';
import type { Api } from './open-api.js';
import type { Language } from './code.js';
import type { Credential } from './credentials.js';

type State = {
  readonly api: Api;
  /** The URL of the API: `https://wbiz.example.com/api`. */
  readonly base: string;
  /** Kept in this tab's memory only; empty: not given. */
  readonly credentials: Readonly<Record<Credential, string>>;
  readonly setCredential: (kind: Credential, value: string) => void;
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
};
const Shared = createContext<State | undefined>(undefined);

/** The state that all pages of the reference share while the tab lives. */
export function Reference({ api, children }: { api: Api; children: ComponentChildren }) {
  const [credentials, setCredentials] = useState({ apiKey: '', operatorsToken: '' });
  const [language, setLanguage] = useState<Language>('curl');
  const setCredential = (kind: Credential, value: string) =>
    setCredentials((before) => ({ ...before, [kind]: value }));
  const base = new URL(api.base, location.origin).href;
  return (
    <Shared.Provider value={{ api, base, credentials, setCredential, language, setLanguage }}>
      {children}
    </Shared.Provider>
  );
}

export const useReference = (): State => useContext(Shared)!;
