import type { DeadLettersView } from '@wbiz/contracts/dead-letter';
import type { ProjectionsView } from '@wbiz/contracts/projection';
import type { SealedTextsView } from '@wbiz/contracts/sealed';
import { SCOPES } from '@wbiz/contracts/scopes';
import { Usage, type Arguments, type Env, type Given, type Surroundings } from './command-line.js';
import { deadLettersReport, projectionsReport, resealedReport } from './operator-reports.js';

export type Request = {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly list?: true;
  /** Repeats the request until `done`. Gets the latest response and the `answer` of the call before; returns their sum. */
  readonly until?: (answer: unknown, before: unknown) => { readonly answer: unknown; readonly done: boolean };
};
type OperatorVerb = Arguments & {
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

/** Commands for operators, with the admin token. */
export const OPERATOR_VERBS: Record<string, OperatorVerb> = {
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
    print: (answer) => projectionsReport(answer as ProjectionsView),
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
    print: (answer) => resealedReport(answer as SealedTextsView),
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
    print: (answer) => deadLettersReport(answer as DeadLettersView),
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
