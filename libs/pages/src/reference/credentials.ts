/** Who may call: a customer by an API key, whoever runs the installation by the operators' token. */
export type Credential = 'apiKey' | 'operatorsToken';

const WHOLE_KEY = /^wa_[0-9A-HJKMNP-TV-Z]{8}_[0-9A-Za-z]{32,64}$/i;
/** A random token may begin with wa_ by chance, but not go on so. */
const KEY_BEGUN = /^wa_[0-9A-HJKMNP-TV-Z]{8}_/i;

/** What was pasted, if it is of the kind asked for; what is not is never sent, and `fault` says why. */
export function judge(
  kind: Credential,
  pasted: string,
): { readonly value: string; readonly fault: string | undefined } {
  const text = pasted.trim().replace(/^Bearer +/i, '');
  const fault = text && FAULTS[kind](text);
  return fault ? { value: '', fault } : { value: text, fault: undefined };
}

const FAULTS: Readonly<Record<Credential, (text: string) => string | undefined>> = {
  apiKey: (text) => {
    if (WHOLE_KEY.test(text)) return undefined;
    return /^wa_/i.test(text)
      ? 'This key is not whole: after wa_ come 8 characters, another _ and at least 32 characters.'
      : "This is no API key, which begins with wa_. It is not sent. The operators' token goes into a field of its own, on operators' routes.";
  },
  operatorsToken: (text) =>
    KEY_BEGUN.test(text)
      ? 'This is an API key, not the operators\' token. It is not sent. Operators\' routes take ADMIN_TOKEN; an API key goes into the field "API key" of the other routes.'
      : undefined,
};
