import { text } from 'node:stream/consumers';
import type { DeadLettersView } from '@wbiz/contracts/dead-letter';
import type { ProjectionsView, ProjectionView } from '@wbiz/contracts/projection';
import { SEALING_KEYS, type SealedTextsView } from '@wbiz/contracts/sealed';
import { SCOPES } from '@wbiz/contracts/scopes';
import { WbizError } from '@wbiz/sdk/wbiz-error';
import {
  installation,
  readArgs,
  Usage,
  type Arguments,
  type Env,
  type Given,
  type Surroundings,
} from './command-line.js';
import { DEVELOPER_VERBS } from './developer-verbs.js';

const HELP = `wbiz - the command line of a WBIZ installation

For operators:

  wbiz accounts list
  wbiz accounts get <account>
  wbiz accounts connect --waba <id> [--name <text>] [--plan <plan>] [--default-number <phone number id>]
                        The access token is read from WBIZ_ACCESS_TOKEN or, without it, from standard input.
  wbiz accounts patch <account> [--plan <plan>] [--entitled true|false] [--status active|suspended]
                        [--unknown-outcome-policy fail|resend] [--throughput <messages per second>]
                        [--opt-out-words '{"en": {"stop": ["STOP"], "start": ["START"]}}' | null]
  wbiz keys create <account> --name <text> (--scope <scope>... | --all-scopes)
                        [--expires-at <RFC 3339 time>] [--per-minute <n> --burst <n>]
                        The answer holds the whole key; it is shown this once.
  wbiz keys list <account>
  wbiz keys revoke <account> <key>
  wbiz webhooks derive --since <RFC 3339 time> [--until <RFC 3339 time>]
                        Handles what Meta's webhooks of that time hold again; they are kept for 30 days.
  wbiz projections status [--json]
                        What each service has read of the event log, where it stands still, which accounts are parked.
  wbiz projections retry <service> <projection> <account>
  wbiz projections skip <service> <projection> <account> --reason <text>
                        Passes over the account's first event that waits. It is kept, with the reason.
  wbiz projections rewind <service> <projection> [--partition <n>] (--offset <n> | --since <RFC 3339 time>)
  wbiz projections rewind <service> <projection> --partition <n> --source <service> --sequence <n>
                        Reads the log again from there; what was applied is not applied again.
  wbiz secrets reseal [--json]
                        Seals anew what TOKENS_KEY_PREVIOUS, WEBHOOKS_KEY_PREVIOUS and ANSWERS_KEY_PREVIOUS have sealed, and
                        says which of them may go. May be broken off, and run again. Ends with 1 while one must stay.
  wbiz dead-letters list [--account <account>] [--topic <name>] [--type <type>] [--state waiting|retried|discarded]
                        [--limit <n>] [--json]
                        What no service could handle, newest first, 50 unless told; kept for 30 days.
  wbiz dead-letters show <letter>
  wbiz dead-letters retry (<letter>... | --all [--account <account>] [--topic <name>] [--type <type>])
                        [--past-deadline] [--reason <text>] [--by <name>]
                        --past-deadline: also commands whose callers were told 500 and may have asked again.
  wbiz dead-letters discard (<letter>... | --all [...]) --reason <text> [--by <name>]
                        --by is the variable USER unless given. It is kept, as the reason is.

For developers, with an API key:

  wbiz events tail [--since <cursor>|oldest|now] [--types <type>,...]
                        Prints events as they come, one line of JSON each; --since the cursor of the last line goes on there.
  wbiz listen --forward-to <url> [--since <cursor>|oldest|now] [--types <type>,...]
                        Posts each event to the URL as a webhook is posted, once, and shows what it answers.

With the simulator of Meta:

  wbiz trigger message.received [--from <number>] [--name <text>] [--text <text>] [--phone-number <id>]
  wbiz trigger message.status <msg_id or wamid> <status>[,<status>...]
                        sent, delivered, read, failed
  wbiz trigger template.status <tpl_id or Meta's id> approved|rejected|paused|disabled [--reason <text>]
  wbiz trigger contact.opted_out [--from <number>] [--phone-number <id>]
                        --from is +918899332211 unless given.

Plans: starter, growth, scale, unlimited. Answers are JSON; those of "projections status",
"secrets reseal" and "dead-letters list" with --json.
Where: WBIZ_URL (e.g. https://wbiz.example.com) and WBIZ_ADMIN_TOKEN, for developers WBIZ_API_KEY, with the simulator also
WBIZ_SIMULATOR_URL; or the .wbiz/demo.json that npm start writes here or in a folder above.
`;

type Request = {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly list?: true;
  /** Repeats the request until `done`. Gets the latest response and the `answer` of the call before; returns their sum. */
  readonly until?: (answer: unknown, before: unknown) => { readonly answer: unknown; readonly done: boolean };
};
type Verb = Arguments & {
  readonly request: (
    operands: string[],
    given: Given,
    around: Surroundings,
  ) => Request | readonly Request[] | Promise<Request>;
  /** Formats the answer for people; without it, or with --json, it is printed as JSON. */
  readonly print?: (answer: unknown) => string;
  /** True if something is left to do after the answer: exit code 1. */
  readonly isUndone?: (answer: unknown) => boolean;
};

const string = { type: 'string' } as const;

/** Invalid JSON is sent as it is: the API explains what it expects. */
function json(given: Given[string]): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return given;
    throw error;
  }
}

const FILTER = { account: string, topic: string, type: string } as const;
const ORDER = { ...FILTER, all: { type: 'boolean' }, by: string, reason: string } as const;

const VERBS: Record<string, Verb> = {
  'accounts list': { operands: [], request: () => ({ method: 'GET', path: '/accounts', list: true }) },
  'accounts get': {
    operands: ['account'],
    request: ([account]) => ({ method: 'GET', path: `/accounts/${account}` }),
  },
  'accounts connect': {
    operands: [],
    options: { waba: string, name: string, plan: string, 'default-number': string },
    request: async (_, { waba, name, plan, 'default-number': defaultPhoneNumberId }, { env, stdin }) => {
      if (waba === undefined) throw new Usage('--waba is missing');
      const accessToken = (env['WBIZ_ACCESS_TOKEN'] ?? (await stdin())).trim();
      if (!accessToken) throw new Usage('no access token in WBIZ_ACCESS_TOKEN or on standard input');
      return {
        method: 'POST',
        path: '/accounts',
        body: { wabaId: waba, accessToken, name, plan, defaultPhoneNumberId },
      };
    },
  },
  'accounts patch': {
    operands: ['account'],
    options: {
      plan: string,
      entitled: string,
      status: string,
      'unknown-outcome-policy': string,
      throughput: string,
      'opt-out-words': string,
    },
    request: ([account], { plan, entitled, status, throughput, ...rest }) => ({
      method: 'PATCH',
      path: `/accounts/${account}`,
      body: {
        plan,
        entitled: entitled === 'true' ? true : entitled === 'false' ? false : entitled,
        status,
        throughput: number(throughput),
        unknownOutcomePolicy: rest['unknown-outcome-policy'],
        optOutWords: json(rest['opt-out-words']),
      },
    }),
  },
  'keys create': {
    operands: ['account'],
    options: {
      name: string,
      scope: { type: 'string', multiple: true },
      'all-scopes': { type: 'boolean' },
      'expires-at': string,
      'per-minute': string,
      burst: string,
    },
    request: ([account], { name, scope, burst, ...rest }) => {
      const perMinute = rest['per-minute'];
      const limit =
        perMinute === undefined && burst === undefined
          ? {}
          : { limit: { perMinute: number(perMinute), burst: number(burst) } };
      const scopes = rest['all-scopes'] ? SCOPES : scope;
      return {
        method: 'POST',
        path: `/accounts/${account}/keys`,
        body: { name, scopes, expiresAt: rest['expires-at'], ...limit },
      };
    },
  },
  'keys list': {
    operands: ['account'],
    request: ([account]) => ({ method: 'GET', path: `/accounts/${account}/keys`, list: true }),
  },
  'keys revoke': {
    operands: ['account', 'key'],
    request: ([account, key]) => ({ method: 'DELETE', path: `/accounts/${account}/keys/${key}` }),
  },
  'webhooks derive': {
    operands: [],
    options: { since: string, until: string },
    request: (_, { since, until = new Date().toISOString() }) =>
      hours(time('since', since), time('until', until)).map((body) => ({
        method: 'POST',
        path: '/meta-webhooks/derive',
        body,
      })),
  },
  'projections status': {
    operands: [],
    options: { json: { type: 'boolean' } },
    request: () => ({ method: 'GET', path: '/projections' }),
    print: (answer) => progressOf(answer as ProjectionsView),
  },
  'projections retry': {
    operands: ['service', 'projection', 'account'],
    request: ([service, projection, account]) => ({
      method: 'POST',
      path: `/projections/${service}/${projection}/retry`,
      body: { accountId: account },
    }),
  },
  'projections skip': {
    operands: ['service', 'projection', 'account'],
    options: { reason: string },
    request: ([service, projection, account], { reason }) => {
      if (reason === undefined) throw new Usage('--reason is missing');
      return {
        method: 'POST',
        path: `/projections/${service}/${projection}/skip`,
        body: { accountId: account, reason },
      };
    },
  },
  'projections rewind': {
    operands: ['service', 'projection'],
    options: { partition: string, offset: string, since: string, source: string, sequence: string },
    request: ([service, projection], { partition, offset, since, source, sequence }) => ({
      method: 'POST',
      path: `/projections/${service}/${projection}/rewind`,
      body: {
        partition: number(partition),
        offset: number(offset),
        since,
        source,
        sequence: number(sequence),
      },
    }),
  },
  'secrets reseal': {
    operands: [],
    options: { json: { type: 'boolean' } },
    request: () => ({ method: 'POST', path: '/secrets/reseal', until: isResealed }),
    print: (answer) => resealedOf(answer as SealedTextsView),
    isUndone: (answer) => (answer as SealedTextsView).sealed.some(({ former }) => former.length > 0),
  },
  'dead-letters list': {
    operands: [],
    options: { ...FILTER, state: string, limit: string, json: { type: 'boolean' } },
    request: (_, { account, topic, type, state, limit }) => {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries({ accountId: account, topic, type, state, limit }))
        if (typeof value === 'string') query.set(name, value);
      return { method: 'GET', path: `/dead-letters?${query.toString()}` };
    },
    print: (answer) => linesOf(answer as DeadLettersView),
  },
  'dead-letters show': {
    operands: ['letter'],
    request: ([letter]) => ({ method: 'GET', path: `/dead-letters/${letter}` }),
  },
  'dead-letters retry': {
    operands: 'any',
    options: { ...ORDER, 'past-deadline': { type: 'boolean' } },
    request: (letters, given, { env }) => ({
      method: 'POST',
      path: '/dead-letters/retry',
      body: { ...orderTo(letters, given, env), pastDeadline: given['past-deadline'] },
    }),
  },
  'dead-letters discard': {
    operands: 'any',
    options: ORDER,
    request: (letters, given, { env }) => {
      if (given['reason'] === undefined) throw new Usage('--reason is missing');
      return { method: 'POST', path: '/dead-letters/discard', body: orderTo(letters, given, env) };
    },
  },
};

/** The body of a retry or discard: which dead letters, and who asks for it. */
function orderTo(letters: string[], { all, account, topic, type, by, reason }: Given, env: Env) {
  if (letters.length > 0 === (all === true)) throw new Usage('expected <letter>... or --all');
  const who = by ?? env['USER'] ?? env['USERNAME'];
  if (who === undefined) throw new Usage('--by is missing, and USER is not set');
  return { ids: all ? undefined : letters, all, accountId: account, topic, type, by: who, reason };
}

const MOST_WORDS = 200;

/** Record content is untrusted: strip terminal control characters. */
const shown = (words: string) => words.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, MOST_WORDS);

/** Adds up the numbers of all rounds; done once a round has resealed nothing. */
function isResealed(answer: unknown, before: unknown) {
  const { sealed } = answer as SealedTextsView;
  const earlier = (before as SealedTextsView | undefined)?.sealed ?? [];
  const sum = sealed.map((one, index) => ({
    ...one,
    resealed: one.resealed + (earlier[index]?.resealed ?? 0),
  }));
  return { answer: { sealed: sum }, done: sealed.every(({ resealed }) => resealed === 0) };
}

/** One line per kind of text, then which previous keys can be removed. */
function resealedOf({ sealed }: SealedTextsView): string {
  const lines = sealed.flatMap(({ service, setting, what, present, resealed, former }) => [
    `${service}: ${what}: ${resealed} sealed anew with ${setting} ${present}`,
    ...former.map(({ key, texts, known }) =>
      known
        ? `  ${texts} still hang on the previous key ${key}`
        : `  ${texts} hang on ${key}, which no service has any more: put it back into ${setting}_PREVIOUS; if it is lost, connect the account again, or rotate the secret`,
    ),
  ]);
  const ends = SEALING_KEYS.map((name) =>
    sealed.some(({ setting, former }) => setting === name && former.length > 0)
      ? `${name}_PREVIOUS must stay: something still hangs on it`
      : `${name}_PREVIOUS may go, if all holders of ${name} run with the present one`,
  );
  return [...lines, ...ends, ''].join('\n');
}

const SHOWN_PARKED = 10;

/** One line per projection, then what is halted or parked and what to do about it. */
function progressOf({ projections, unreachable }: ProjectionsView): string {
  const lines = projections.flatMap((one) => {
    const still = standstills(one);
    const state = still.length > 0 ? 'stands still' : one.lag > 0 ? 'reads' : 'is up to date';
    return [`${one.service} ${one.projection}: ${state}, lag ${one.lag}`, ...still];
  });
  const away = unreachable.map((service) => `${service}: does not answer; look at its /health/ready`);
  return [...lines, ...away, ''].join('\n');
}

function standstills({ service, projection, partitions, parked }: ProjectionView): readonly string[] {
  const halted = partitions.flatMap(({ partition, halted: reason }) =>
    reason === null ? [] : [`  partition ${partition} is halted: ${shown(reason)}`],
  );
  const waiting = parked
    .slice(0, SHOWN_PARKED)
    .flatMap(({ accountId, events, since, eventId, eventType, reason, retryAt }) => [
      `  ${shown(accountId)} is parked since ${since}, ${events} events wait; the next try is at ${retryAt}`,
      `    ${shown(`${eventType} ${eventId}`)}: ${shown(reason)}`,
      `    once mended: wbiz projections retry ${service} ${projection} ${shown(accountId)}`,
    ]);
  const more = parked.length - SHOWN_PARKED;
  return [
    ...halted,
    ...(halted.length > 0 ? ['    see "A missing event" in docs/reliability.md'] : []),
    ...waiting,
    ...(more > 0 ? [`  ${more} more accounts are parked: --json shows them`] : []),
  ];
}

/** One line per dead letter, in columns. */
function linesOf({ deadLetters, found, waiting }: DeadLettersView): string {
  const rows = deadLetters.map(({ id, at, state, topic, type, accountId, code, reason }) =>
    [id, at, state, topic, type, accountId, [code, reason].filter(Boolean).join(' ')].map((text) =>
      shown(text || '-'),
    ),
  );
  const width = (column: number) => Math.max(...rows.map((row) => row[column]!.length));
  const lines = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, `${rows.length} of ${found} shown; ${waiting} wait`, ''].join('\n');
}

const HOUR_MS = 3_600_000;

/** Splits a span into hours; a request of one hour ends before it times out. */
function hours(since: number, until: number): readonly { since: string; until: string }[] {
  const parts: { since: string; until: string }[] = [];
  for (let from = since; parts.length === 0 || from < until; from += HOUR_MS) {
    const to = Math.min(from + HOUR_MS, until);
    parts.push({ since: new Date(from).toISOString(), until: new Date(to).toISOString() });
  }
  return parts;
}

function time(name: string, given: Given[string]): number {
  const read = typeof given === 'string' ? Date.parse(given) : NaN;
  if (Number.isNaN(read)) throw new Usage(`--${name} must be an RFC 3339 time, e.g. 2026-11-22T10:15:30Z`);
  return read;
}

const number = (given: Given[string]) => (typeof given === 'string' && given.trim() ? Number(given) : given);

/**
 * Runs one command. Resolves to the exit code (1: refused, unreachable or incomplete; 2: wrong usage) and the texts for
 * stdout and stderr.
 */
export async function runCli(args: readonly string[], around: Surroundings) {
  const verb = args.slice(0, 2).join(' ');
  const known = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (args.length === 0 || args.includes('--help') || args.includes('-h') || args[0] === 'help')
    return { code: 0, out: HELP, err: '' };
  const developers = [verb, args[0]!].find((one) => Object.hasOwn(DEVELOPER_VERBS, one));
  try {
    if (developers !== undefined) {
      await runDeveloperVerb(developers, args, around);
      return { code: 0, out: '', err: '' };
    }
    if (!known) throw new Usage(`there is no command "${verb}"`);
    const { operands, given } = readArgs(known, args.slice(2));
    const request = await known.request(operands.map(encodeURIComponent), given, around);
    const answer = await askAll(installation(around, 'WBIZ_ADMIN_TOKEN'), request);
    const out = known.print && !given['json'] ? known.print(answer) : `${JSON.stringify(answer, null, 2)}\n`;
    return { code: known.isUndone?.(answer) ? 1 : 0, out: answer === undefined ? '' : out, err: '' };
  } catch (error) {
    const usage = error instanceof Usage;
    return {
      code: usage ? 2 : 1,
      out: '',
      err: `wbiz: ${messageOf(error)}\n${usage ? 'wbiz --help tells more.\n' : ''}`,
    };
  }
}

/** Runs a command that prints as it goes. */
function runDeveloperVerb(verb: string, args: readonly string[], around: Surroundings): Promise<void> {
  const { run, ...expected } = DEVELOPER_VERBS[verb]!;
  const { operands, given } = readArgs(expected, args.slice(verb.split(' ').length));
  return run(operands, given, around);
}

type Installation = { readonly url: string; readonly secret: string };

/** Sends requests one after another; adds up the numbers of several answers. */
async function askAll(where: Installation, requests: Request | readonly Request[]): Promise<unknown> {
  if (!Array.isArray(requests)) return ask(where, requests as Request);
  const sums: Record<string, number> = {};
  for (const request of requests as readonly Request[])
    for (const [name, figure] of Object.entries((await ask(where, request)) as Record<string, number>))
      sums[name] = (sums[name] ?? 0) + figure;
  return sums;
}

async function ask(
  { url, secret }: Installation,
  { method, path, body, list, until }: Request,
): Promise<unknown> {
  if (list) return everyPage((query) => call(`${url}/admin/v1${path}?${query}`, secret, method, body));
  for (let before: unknown; ;) {
    const answer = await call(`${url}/admin/v1${path}`, secret, method, body);
    if (!until) return answer;
    const { answer: all, done } = until(answer, before);
    if (done) return all;
    before = all;
  }
}

async function everyPage(page: (query: URLSearchParams) => Promise<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { data, nextCursor } = (await page(new URLSearchParams({ limit: '200', cursor }))) as {
      data: unknown[];
      nextCursor: string | null;
    };
    all.push(...data);
    cursor = nextCursor;
  }
  return all;
}

async function call(url: string, token: string, method: string, body: object | undefined): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(url, {
    method,
    headers,
    redirect: 'error',
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error: Error & { cause?: Error }) => {
    throw new Error(`${new URL(url).origin} cannot be reached: ${error.cause?.message ?? error.message}`);
  });
  const content = await answer.text();
  if (answer.ok) return content ? (JSON.parse(content) as unknown) : undefined;
  throw new Error(`${answer.status} ${problemText(content)}`);
}

const messageOf = (error: unknown) =>
  error instanceof WbizError ? `${error.status} ${error.code}: ${error.message}` : (error as Error).message;

/** The sentences of a problem body; for any other body its first 200 characters. */
function problemText(content: string): string {
  try {
    const {
      code,
      detail,
      errors = [],
    } = JSON.parse(content) as { code: string; detail: string; errors?: { detail: string }[] };
    const more = errors.length > 1 ? errors.map((one) => `\n  ${one.detail}`).join('') : '';
    return `${code}: ${detail}${more}`;
  } catch {
    return content.slice(0, 200);
  }
}

/** Entry point of `wbiz`. */
export async function main(): Promise<void> {
  process.stdout.on('error', () => process.exit(1)); // the program that reads the pipe has ended
  const stdin = () => (process.stdin.isTTY ? Promise.resolve('') : text(process.stdin));
  const { code, out, err } = await runCli(process.argv.slice(2), {
    env: process.env,
    cwd: process.cwd(),
    stdin,
  });
  process.stdout.write(out);
  process.stderr.write(err);
  process.exitCode = code;
}
