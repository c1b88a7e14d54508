import { setTimeout as delay } from 'node:timers/promises';

const WABA = '1000000000000001';
const PERSON = '918899332211';

export type Demo = { accountId: string; apiKey: string; feedCursor: string; said?: string };

/**
 * Prepares a running system to be tried: connects the simulator's WABA, makes an API key with every scope, and lets a person
 * write, so that texts to that person are allowed. The account and key of an earlier start are kept.
 */
export async function makeDemo({
  baseUrl,
  adminToken,
  simulatorUrl,
  controlToken,
  metaApp,
  scopes,
  known,
}: {
  /** The URL of the API, which ends in /api. */
  baseUrl: string;
  adminToken: string;
  simulatorUrl: string;
  /** The bearer token of /_control, needed if the simulator runs on another machine. */
  controlToken?: string | undefined;
  metaApp: { META_APP_SECRET?: string | undefined; META_VERIFY_TOKEN?: string | undefined };
  scopes: readonly string[];
  /** The key and feed cursor that the last start returned. */
  known: Partial<Pick<Demo, 'apiKey' | 'feedCursor'>>;
}): Promise<Demo> {
  const admin = `${baseUrl}/admin/v1/accounts`;
  await ask('POST', `${simulatorUrl}/_control/webhook`, controlToken, {
    url: `${baseUrl}/meta/webhook`,
    secret: metaApp.META_APP_SECRET,
    verifyToken: metaApp.META_VERIFY_TOKEN,
  });

  const { data: accounts } = await ask('GET', `${admin}?limit=200`, adminToken);
  const demo = { wabaId: WABA, accessToken: 'simulator-token', name: 'Demo', plan: 'unlimited' };
  const { id: accountId } =
    (accounts as { id: string; wabaId: string }[]).find(({ wabaId }) => wabaId === WABA) ??
    (await ask('POST', admin, adminToken, demo));

  const apiKey: string =
    known.apiKey && (await stillWorks(baseUrl, known.apiKey))
      ? known.apiKey
      : (await ask('POST', `${admin}/${accountId}/keys`, adminToken, { name: 'demo', scopes })).key;
  await templatesPulled({ baseUrl, apiKey });
  const since = known.apiKey === apiKey ? known.feedCursor : undefined;
  const feedCursor = await writeIn({ baseUrl, simulatorUrl, controlToken, apiKey, since });
  if (feedCursor !== undefined) return { accountId, apiKey, feedCursor };
  // A feed that no longer advances does not fail a later start, so that the operator can repair the running system.
  if (since === undefined)
    throw new Error('A message that a person wrote at the simulator did not come to /v1/events within 15 s.');
  return {
    accountId,
    apiKey,
    feedCursor: since,
    said: 'made, but a message did not come to /v1/events within 15 s: see wbiz projections status',
  };
}

/** A text with commands to paste into a shell. */
export const howToTry = ({
  baseUrl,
  apiKey,
  feedCursor,
}: Pick<Demo, 'apiKey' | 'feedCursor'> & { baseUrl: string }) => `
Send a message:

  curl -X POST ${baseUrl}/v1/messages/text \\
    -H 'Authorization: Bearer ${apiKey}' \\
    -H 'Content-Type: application/json' \\
    -d '{"to": "+${PERSON}", "body": "Hi! Your order #1043 has shipped."}'

and, a second later, see what became of it:

  curl '${baseUrl}/v1/events?since=${feedCursor}' -H 'Authorization: Bearer ${apiKey}'
`;

/** Lets the person write and waits for the message in the feed. Resolves to the cursor after it, or to undefined after 15 s. */
async function writeIn({
  baseUrl,
  simulatorUrl,
  controlToken,
  apiKey,
  since,
}: {
  baseUrl: string;
  simulatorUrl: string;
  controlToken: string | undefined;
  apiKey: string;
  since: string | undefined;
}): Promise<string | undefined> {
  const { wamid } = await ask('POST', `${simulatorUrl}/_control/inbound`, controlToken, {
    from: PERSON,
    name: 'Gaurav',
    message: { type: 'text', text: { body: 'Hello, has my order been shipped?' } },
  });
  for (let cursor = since ?? '', giveUp = Date.now() + 15_000; Date.now() < giveUp;) {
    const query = new URLSearchParams({ types: 'message.received', limit: '200', wait: '2', since: cursor });
    const { data, nextCursor } = await ask('GET', `${baseUrl}/v1/events?${query}`, apiKey);
    cursor = nextCursor;
    if ((data as { data: { wamid?: string } }[]).some((event) => event.data.wamid === wamid)) return cursor;
  }
  return undefined;
}

/** Waits until WBIZ has pulled the account's templates, which the connection of the account starts. */
async function templatesPulled({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }): Promise<void> {
  for (const giveUp = Date.now() + 15_000; Date.now() < giveUp; await delay(50))
    if ((await ask('GET', `${baseUrl}/v1/templates?limit=1`, apiKey)).data.length > 0) return;
  throw new Error('The templates of the demo account were not pulled within 15 s.');
}

async function stillWorks(baseUrl: string, apiKey: string): Promise<boolean> {
  const { status } = await fetch(`${baseUrl}/v1/me`, { headers: { authorization: `Bearer ${apiKey}` } });
  return status === 200;
}

async function ask(method: string, url: string, bearer: string | undefined, body?: object) {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(bearer && { authorization: `Bearer ${bearer}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} was answered with ${answer.status}: ${text}`);
  return text && JSON.parse(text);
}
