import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { isDeepStrictEqual } from 'node:util';
import { ID_PREFIXES } from '@wbiz/contracts/id-prefixes';
// @boundaries-ignore the tests run the processes as npm start does
import { sharing } from '../../scripts/apps.ts';
import { openApiRequests, type Document, type Operation } from './openapi-requests.js';
import { receiver, type Receiver } from './webhook-receiver.js';
import { call, ok, type Answer, type Client } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';

/**
 * Two accounts call every route of the served OpenAPI document. Every answer to one account is searched for ids, phone
 * numbers and texts that only the other account has; a mark in each text shows which account it belongs to.
 */
type Account = Client & {
  readonly letter: string;
  readonly accountId: string;
  readonly mark: () => string;
  readonly phoneNumberIds: readonly string[];
  /** The phone number that people write to, and the profile name that they have there. */
  readonly inbox: { readonly phoneNumberId: string; readonly name: string };
  /** A person who writes to this account only. */
  readonly person: string;
  /** Ids and texts that the account has received or made. */
  readonly known: Set<string>;
  /** Rows received in answers, by path of the call. */
  readonly rows: Map<string, Row[]>;
  /** Cursors received, by the list's path in the document. */
  readonly cursors: Map<string, Set<string>>;
};
type Row = Readonly<Record<string, unknown>>;
type Snapshot = ReadonlyMap<string, unknown>;
/** The fields that an answer's body may have, of all routes. */
type Body = Row & {
  readonly code?: string;
  readonly data?: readonly Row[];
  readonly nextCursor?: string | null;
  readonly results?: readonly { readonly error?: unknown; readonly result?: string }[];
};
type Told = Answer<Body>;

const TRACES =
  /(?<![a-z])[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Z])|wamid\.[\w+/=-]+|mark_[ab]_\d{4}|(?<!\d)\d{11,20}(?!\d)/g;
const TIME = /^\d{4}-\d\d-\d\dT/;
const UNSETTLED = ['accepted', 'outcome_unknown', 'pending', 'scheduled', 'running'];
/** Operations that answer 409 unless the campaign is in a state that no request body can cause. */
const MAY_CONFLICT = /\/campaigns\/\{id\}\/(pause|resume|retry-failed)$/;

let system: System;
let hooks: Receiver;
let operations: readonly Operation[];
let published: ReadonlySet<string>;
let a: Account;
let b: Account;
let untouched: Snapshot;
let snapshotOfA: Snapshot;
const leaks: string[] = [];

beforeAll(async () => {
  [system, hooks] = await Promise.all([startSystem({ together: sharing('') }), receiver()]);
  const { body } = await call<Document>('GET', `${system.baseUrl}/openapi.json`);
  published = new Set([PERSON.slice(1), ...tracesIn(body)]);
  operations = openApiRequests(body, hooks.url);
  await system.control('POST', '/behaviour', { statuses: ['sent'], statusDelayMs: [0, 20] });
  b = await open('b', '+14155550102');
  await fill(b);
  untouched = await settled(b);
  a = await open('a', '+14155550101');
  await fill(a);
  snapshotOfA = await settled(a);
}, 300_000);
afterAll(async () => {
  await system?.stop();
  hooks?.close();
});
afterEach(() => expect(leaks.splice(0)).toEqual([]));

const tracesIn = (value: unknown) => JSON.stringify(value).match(TRACES) ?? [];
const withKey = (which: (operation: Operation) => boolean = () => true) =>
  operations.filter((operation) => operation.withKey && which(operation));
const lists = () => withKey(({ cursor }) => cursor !== undefined);
const done = ({ status }: { status: number }) => status >= 200 && status < 300;
const show = ({ status, body }: { status: number; body: unknown }) => `${status} ${JSON.stringify(body)}`;

/** Makes a call as an account; adds to `leaks` whatever in the answer belongs to the other account. */
async function ask(
  who: Account,
  method: string,
  path: string,
  { body, headers }: { body?: unknown; headers?: Record<string, string> } = {},
) {
  const answer = await who.request<Body>(method, path, body, headers);
  const given = new Set(tracesIn([decodeURIComponent(path), body]));
  const other = who === a ? b : a;
  for (const trace of tracesIn([answer.body, [...answer.headers]])) {
    if (published.has(trace) || given.has(trace)) continue;
    if (other?.known.has(trace)) leaks.push(`${method} ${path} tells ${who.letter} of ${trace}`);
    else who.known.add(trace);
  }
  if (done(answer)) {
    const key = path.split('?')[0]!;
    const { data = [answer.body] } = answer.body;
    who.rows.set(key, [...(who.rows.get(key) ?? []), ...data]);
  }
  return answer;
}

async function open(letter: string, person: string): Promise<Account> {
  const accessToken = `token-of-${letter}`;
  const { id: wabaId, phoneNumbers } = await system.control<{ id: string; phoneNumbers: { id: string }[] }>(
    'POST',
    '/wabas',
    { phoneNumbers: 2, token: accessToken },
  );
  const phoneNumberIds = phoneNumbers.map(({ id }) => id);
  const known = new Set([wabaId, ...phoneNumberIds, person.slice(1)]);
  let marks = 0;
  const mark = () => {
    const text = `mark_${letter}_${String((marks += 1)).padStart(4, '0')}`;
    known.add(text);
    return text;
  };
  const header = { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::x'] } };
  const text = () => ({ type: 'BODY', text: mark() });
  const yes = { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Yes' }] };
  const cards = [1, 2].map(() => ({ components: [header, yes] }));
  for (const [name, category, ...components] of [
    ['with_image', 'UTILITY', header, text()],
    ['with_cards', 'MARKETING', text(), { type: 'CAROUSEL', cards }],
  ])
    ok(
      await call('POST', `${system.simulatorUrl}/v23.0/${wabaId}/message_templates`, {
        bearer: accessToken,
        body: { name, language: 'en_US', category, components },
      }),
    );
  const api = await system.connect({ wabaId, accessToken });
  const inbox = { phoneNumberId: phoneNumberIds[0]!, name: mark() };
  const own = { letter, person, mark, known, phoneNumberIds, inbox };
  return { ...api, ...own, rows: new Map(), cursors: new Map() };
}

/** Calls every route that creates or changes something. */
async function fill(who: Account) {
  for (const from of [PERSON, who.person]) {
    const message = { type: 'image', image: { caption: who.mark() } };
    await system.control('POST', '/inbound', { ...who.inbox, from, message });
    await system.writeIn(who, from, who.mark(), who.inbox);
  }
  // Starts a campaign, so that there are recipients: the campaigns made below wait for their start time.
  ok(await ask(who, 'POST', '/v1/contacts', { body: { phone: who.person, optedIn: true } }));
  const template = { name: 'diwali_offer', language: 'en_US' };
  ok(
    await ask(who, 'POST', '/v1/campaigns', {
      body: { name: who.mark(), template, audience: { kind: 'all' } },
    }),
  );
  for (const operation of withKey(({ method, params }) => method === 'POST' && !params)) {
    // Both accounts use the same Idempotency-Keys: an answer stored for one must not reach the other.
    const headers = { 'idempotency-key': operation.path };
    const answer = await ask(who, 'POST', operation.path, { body: operation.body(who.mark), headers });
    if (!isTaken(answer)) throw untold(`POST ${operation.path}`, answer);
  }
  // Causes an event for the webhook, so that there are deliveries.
  await system.writeIn(who, who.person, who.mark(), who.inbox);
  const deliveries = `${pathsOf(who, '/v1/webhooks/{id}')[0]!}/deliveries`;
  await until(async () => (await ask(who, 'GET', deliveries)).body.data?.length, {
    timeoutMs: 20_000,
    describe: 'deliveries',
  });
  await crawl(who);
  for (const operation of withKey(
    ({ method, params }) => !['GET', 'DELETE'].includes(method) && params > 0,
  )) {
    const answers: Told[] = [];
    for (const path of pathsOf(who, operation.path))
      answers.push(await ask(who, operation.method, path, { body: operation.body(who.mark) }));
    const mayConflict = MAY_CONFLICT.test(operation.path);
    if (!answers.some((answer) => isTaken(answer) || (mayConflict && answer.status === 409)))
      throw untold(`${operation.method} ${operation.path}`, answers.at(-1));
  }
  // Switches webhooks on again: the document's example, just sent, switched them off.
  for (const path of pathsOf(who, '/v1/webhooks/{id}'))
    ok(await ask(who, 'PATCH', path, { body: { active: true } }));
}

const untold = (what: string, answer?: Told) =>
  new Error(
    `Tell isolation how to make a valid ${what} (openapi-requests.ts): ${answer ? show(answer) : 'no id'}`,
  );

/** Fills a path of the document with the account's own ids: one path per id known for the last parameter. */
function pathsOf(who: Account, path: string): string[] {
  const [, before, name, after] = /^(.*)\/\{(\w+)\}([^{]*)$/.exec(path) ?? [];
  if (before === undefined) return [path];
  const found = pathsOf(who, before).flatMap((collection) =>
    [...new Set((who.rows.get(collection) ?? []).map((row) => row[name!] ?? row['id']))].map(
      (value) => `${collection}/${encodeURIComponent(String(value))}${after}`,
    ),
  );
  if (!found.length)
    throw new Error(
      `Tell isolation how to make a {${name}} of ${before}: no POST or list of the document does.`,
    );
  return found;
}

/** Fills a path with ids of A, listed or seen in other answers, also below ids of B. Leaves out paths that B has too. */
function pathsIntoA(path: string): string[] {
  const own = new Set(pathsOf(b, path));
  const listed = pathsOf(a, path);
  const [id, prefix] = /(?<=\/)([a-z]{3}_)[0-9A-Z]{26}/.exec(listed[0]!) ?? [];
  const told = id
    ? [...a.known].filter((one) => one.startsWith(prefix!)).map((one) => listed[0]!.replace(id, one))
    : [];
  const parent = path.slice(0, path.lastIndexOf('/{'));
  const depth = parent.split('/').length;
  const crossed = (parent.includes('{') ? pathsOf(b, parent) : []).flatMap((one) =>
    listed.map((full) => [one, ...full.split('/').slice(depth)].join('/')),
  );
  return [...new Set([...listed, ...told, ...crossed])].filter((one) => !own.has(one));
}

/** Calls every GET of the document as this account, lists page by page; resolves to the answers by path. */
async function crawl(who: Account): Promise<Snapshot> {
  const seen = new Map<string, unknown>();
  const gets = withKey(({ method }) => method === 'GET').sort((one, other) => one.params - other.params);
  for (const operation of gets)
    for (const path of pathsOf(who, operation.path))
      seen.set(
        path,
        operation.cursor ? await everyRow(who, operation, path) : still(await ask(who, 'GET', path)),
      );
  return seen;
}

/** The answer without the webhook statistics, which change with time or are updated some seconds after a delivery. */
function still(answer: Told): Row {
  const { lagSeconds: _, lastHour: _hour, lastDay: _day, ...rest } = ok(answer);
  return rest;
}

/** All rows of a list, including rows that show only with a filter. */
async function everyRow(who: Account, operation: Operation, path: string) {
  const rows = await allRows(who, operation, path);
  for (const { name, default: shown, enum: choices = [] } of operation.query)
    for (const other of choices)
      if (shown !== undefined && other !== shown)
        rows.push(...(await allRows(who, operation, path, `&${name}=${String(other)}`)));
  return rows;
}

async function allRows(who: Account, { path: template, cursor }: Operation, path: string, filter = '') {
  const all: Row[] = [];
  const cursors = who.cursors.get(template) ?? new Set();
  who.cursors.set(template, cursors);
  for (let from = ''; ;) {
    const { data = [], nextCursor, ...beside } = ok(await ask(who, 'GET', `${path}?limit=1${filter}${from}`));
    all.push(...data);
    if (!data.length || !nextCursor) return [...all, beside];
    cursors.add(nextCursor);
    from = `&${cursor!}=${encodeURIComponent(nextCursor)}`;
  }
}

/** Resolves to the answers to every GET as this account once they no longer change. */
async function settled(who: Account): Promise<Snapshot> {
  const waiting = { timeoutMs: 60_000, everyMs: 300 };
  await until(async () => {
    const moving = rowsOf(await crawl(who)).filter(isMoving);
    expect(moving).toEqual([]);
    return true;
  }, waiting);
  // The feed is ordered: once this event is in the feed, all earlier events are.
  await system.writeIn(who, PERSON, who.mark(), who.inbox);
  let last: Snapshot | undefined;
  return until(async () => {
    const before = last;
    last = await crawl(who);
    return isDeepStrictEqual(last, before) && last;
  }, waiting);
}

/** True if the row may still change; a row whose start time is in the future does not. */
const isMoving = ({ status, startsAt }: Row) =>
  UNSETTLED.includes(String(status)) && !(Date.parse(String(startsAt)) > Date.now());
const rowsOf = (snapshot: Snapshot) => [...snapshot.values()].flat() as Row[];
/** The rows that B did not have before A did anything. */
function foreign(path: string, { data = [] }: Body): readonly Row[] {
  const own = new Set((untouched.get(path) as Row[]).map((row) => JSON.stringify(row)));
  return data.filter((row) => !own.has(JSON.stringify(row)));
}

it('gives both accounts a row in every list', () => {
  for (const { path: template } of lists())
    for (const who of [a, b])
      expect([template, pathsOf(who, template).some((path) => who.rows.get(path)?.length)]).toEqual([
        template,
        true,
      ]);
});

it('leaves everything that B sees as it was while A gets rows in every list', async () => {
  expect(await crawl(b)).toEqual(untouched);
});

describe("lists, asked by B with what is A's", () => {
  it('do not continue with rows of A from a cursor of A', async () => {
    const wrong: string[] = [];
    for (const { path: template, cursor } of lists())
      for (const path of pathsOf(b, template))
        for (const given of a.cursors.get(template) ?? []) {
          const answer = await ask(b, 'GET', `${path}?${cursor}=${encodeURIComponent(given)}`);
          if (![200, 410, 422].includes(answer.status) || foreign(path, answer.body).length)
            wrong.push(`${path} by ${given}: ${show(answer)}`);
        }
    expect(wrong).toEqual([]);
  });

  it('find nothing of A', async () => {
    const wrong: string[] = [];
    for (const { path: template, query, cursor } of lists()) {
      const [ofA, ofB] = [pathsOf(a, template)[0]!, pathsOf(b, template)[0]!];
      for (const { name, ...schema } of query.filter((one) => one.name !== cursor && takesText(one))) {
        let found = 0;
        const texts = name.endsWith('Id')
          ? idsOf(a, name.slice(0, -2)).slice(0, 50)
          : textsIn(snapshotOfA.get(ofA));
        const values = name === 'before' ? ['now', ...(a.cursors.get(template) ?? [])] : texts;
        for (const value of schema.items?.enum ?? schema.enum ?? values) {
          const search = `?${name}=${encodeURIComponent(String(value))}`;
          found += (await ask(a, 'GET', ofA + search)).body.data?.length ?? 0;
          const answer = await ask(b, 'GET', ofB + search);
          const isOnlyAs = tracesIn(value).some((trace) => a.known.has(trace));
          if (foreign(ofB, answer.body).length || (isOnlyAs && answer.body.data?.length))
            wrong.push(`${ofB}${search}: ${show(answer)}`);
        }
        if (!found) wrong.push(`Tell isolation what A finds by ${ofA}?${name}=: nothing of its own did.`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

const takesText = ({ type, format }: { type?: unknown; format?: string }) =>
  !format && ['string', 'array'].includes(String(type));

/** The texts in a value that searches are made with; times and ids are left out. */
function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'string' && inner.length <= 60 && !TIME.test(inner) && !/^[a-z]{3}_/.test(inner))
      texts.push(inner);
    return inner;
  });
  return [...new Set(texts)];
}

describe("B with A's ids", () => {
  it('finds nothing at any path, by any method', async () => {
    const wrong: string[] = [];
    for (const operation of withKey(({ params }) => params > 0)) {
      const { method } = operation;
      const paths = pathsIntoA(operation.path);
      if (!paths.length) wrong.push(`Tell isolation of a ${operation.path} that only A has.`);
      for (const path of paths) {
        const answer = await ask(b, method, path, { body: operation.body(b.mark) });
        const type = answer.headers.get('content-type') ?? '';
        if (answer.status !== 404 || answer.body.code !== 'not_found' || !type.includes('problem+json'))
          wrong.push(`${method} ${path}: ${show(answer)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has each of them refused in a body', async () => {
    const wrong: string[] = [];
    for (const { method, path: template, idFields } of withKey())
      for (const { pointer, kind, body } of idFields()) {
        const path = pathsOf(b, template)[0]!;
        const ofA = idsOf(a, kind);
        for (const id of new Set([...ofA.slice(0, 1), ...ofA.slice(-1)])) {
          const answer = await ask(b, method, path, { body: body(id, b.mark) });
          if (!isRefused(answer)) wrong.push(`${method} ${path} ${pointer} ${id}: ${show(answer)}`);
        }
        // Control experiment: with an id of B's own, the same body is accepted.
        const answers: Told[] = [];
        for (const own of pathsOf(b, template))
          for (const id of idsOf(b, kind))
            if (!answers.some(isTaken))
              answers.push(await ask(b, method, own, { body: toAnother(b, body(id, b.mark)) }));
        if (!answers.some(isTaken) && isMade(kind))
          wrong.push(untold(`${method} ${path} with ${pointer}`, answers.at(-1)).message);
      }
    expect(wrong).toEqual([]);
  });

  it('counts none of them in an audience', async () => {
    const audience = { kind: 'contacts', contacts: idsOf(a, 'contact') };
    const total = async (who: Account) =>
      ok(await ask(who, 'POST', '/v1/campaigns/audience-preview', { body: { audience } }))['total'];
    expect(await total(a)).toBeGreaterThan(0);
    expect(await total(b)).toBe(0);
  });

  it('has changed nothing', async () => {
    expect(await crawl(a)).toEqual(snapshotOfA);
  });

  it('keeps its own when A deletes everything', async () => {
    const before = await settled(b);
    const deletes = withKey(({ method }) => method === 'DELETE');
    for (const { path: template } of deletes.sort((one, other) => other.params - one.params))
      for (const path of pathsOf(a, template)) ok(await ask(a, 'DELETE', path));
    expect(await crawl(b)).toEqual(before);
  });

  it('cannot act as an operator', async () => {
    for (const { method, path } of operations.filter((operation) => !operation.withKey)) {
      const { status } = await ask(b, method, path.replaceAll(/\{\w+\}/g, a.accountId));
      expect([path, [401, 429].includes(status) || status]).toEqual([path, true]); // 429: too many earlier calls were refused
    }
  });
});

/** Replaces the recipient that both accounts share by the account's own: Meta limits sends to one person. */
const toAnother = ({ person }: Account, body: unknown): unknown =>
  JSON.parse(JSON.stringify(body).replaceAll(PERSON, person));

const idsOf = (who: Account, kind: string): string[] =>
  kind === 'phone number'
    ? [...who.phoneNumberIds]
    : [...who.known].filter((id) => id.startsWith(`${(ID_PREFIXES as Record<string, string>)[kind]}_`));

/** True if B can have a resource of this kind: the API has routes for the kind, or it is a phone number. */
const isMade = (kind: string) =>
  kind === 'phone number' || operations.some(({ path }) => path.startsWith(`/v1/${kind}`));

/** True if the call was refused, or one of the rows of a batch, each of which has its own result. */
const isRefused = ({ status, body: { results } }: Told) =>
  [404, 422].includes(status) || !!results?.some(({ error, result }) => error || result === 'skipped');
const isTaken = (answer: Told) => done(answer) && !isRefused(answer);
