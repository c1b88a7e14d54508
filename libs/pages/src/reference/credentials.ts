/** The two kinds of credential: a customer's API key and the operators' token. */
export type Credential = 'apiKey' | 'operatorsToken';

const WHOLE_KEY = /^wa_[0-9A-HJKMNP-TV-Z]{8}_[0-9A-Za-z]{32,64}$/i;
/** Matches more than `wa_`, with which a random token may begin by chance. */
const KEY_BEGUN = /^wa_[0-9A-HJKMNP-TV-Z]{8}_/i;

/**
 * Checks a pasted credential, so that only the kind asked for is ever sent. `value`: what may be sent; `fault`: why
 * nothing may.
 */
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
