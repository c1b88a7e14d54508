import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_COUNTS, type CampaignView, type RecipientView } from '@wbiz/contracts/campaign';
import { newId } from '@wbiz/contracts/ids';
import type { MediaOnFile } from '@wbiz/contracts/media';
import type { Page } from '@wbiz/contracts/page';
import type { Ask } from '@wbiz/contracts/query-catalogue';
import { TEMPLATE_STATUSES, type TemplateView } from '@wbiz/contracts/template';
import { CommandTimeout } from '@wbiz/eventing/kafka/command-bus';
import type { Command } from '@wbiz/eventing/message';
import { PeerUnavailable } from '@wbiz/eventing/rpc/rpc-client';
import { peersAnswering } from '@wbiz/service-testing/peers';
import { until } from '@wbiz/testing/stack';
import { DateTime } from 'luxon';
import {
  addAccount,
  addKey,
  gatewayDatabase,
  PHONE_NUMBER_ID,
  startGateway,
  type FakeBus,
  type Gateway,
} from '../gateway.harness.js';

const ID = newId('cmp');
const OTHER_NUMBER = '106540352242923';
/** The example of the API reference. */
const BODY = {
  name: 'Diwali offer',
  template: { name: 'diwali_offer', language: 'en_US' },
  audience: { kind: 'tags', tags: ['customer'] },
  schedule: { mode: 'now' },
};
const AT = '2026-11-22T10:00:00.000Z';
const MEDIA = newId('med');
const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();

const template = (given: Partial<TemplateView> = {}): TemplateView => ({
  id: newId('tpl'),
  metaId: '1',
  name: 'diwali_offer',
  language: 'en_US',
  category: 'MARKETING',
  status: 'approved',
  rejectionReason: null,
  qualityScore: null,
  components: [{ type: 'BODY', text: 'Happy Diwali!' }],
  parameterFormat: 'POSITIONAL',
  createdAt: AT,
  updatedAt: AT,
  ...given,
});
const campaign = (given: Partial<CampaignView> = {}) =>
  ({
    id: ID,
    ...BODY,
    status: 'scheduled',
    reason: null,
    detail: null,
    resumesAt: null,
    schedule: { mode: 'at', sendAt: hours(2) },
    phoneNumberId: PHONE_NUMBER_ID,
    ratePerSecond: null,
    counts: NO_COUNTS,
    expectedEndAt: null,
    startsAt: hours(2),
    createdAt: AT,
    startedAt: null,
    finishedAt: null,
    ...given,
  }) as CampaignView;
const recipient = (given: Partial<RecipientView> = {}): RecipientView => ({
  contactId: 'cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E',
  to: '+918899332211',
  status: 'delivered',
  reason: null,
  error: null,
  messageId: 'msg_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E',
  attempt: 1,
  statusAt: AT,
  ...given,
});

const VIEW = campaign();
const POINT = { at: VIEW.createdAt, status: VIEW.status, counts: VIEW.counts };

let stored: TemplateView | null;
let known: CampaignView | null;
/** Pages by cursor; an error is thrown by its page. */
let pages: (readonly RecipientView[] | Error)[];
let isLost: boolean;
const sent: Command<string, Record<string, unknown>>[] = [];
const asked: { query: string; ask: object }[] = [];
const noting =
  <Asked extends object, Answer>(query: string, answer: (ask: Asked) => Answer) =>
  async (ask: Asked) => {
    asked.push({ query, ask });
    return answer(ask);
  };

/** A stand-in for campaigns: answers every command with the same view. */
const bus: FakeBus = {
  inFlight: () => 0,
  settled: () => Promise.resolve(undefined),
  send: async (_service, command) => {
    sent.push(command as (typeof sent)[number]);
    if (isLost) throw new CommandTimeout(command.id);
    return { ok: true, data: VIEW };
  },
};
const peers = peersAnswering({
  'template.find': noting('template.find', () => stored),
  'media.find': async ({ id }) => (id === MEDIA ? ({ state: 'kept' } as MediaOnFile) : null),
  'campaign.list': noting('campaign.list', () => ({ data: [VIEW], nextCursor: null })),
  'campaign.get': noting('campaign.get', ({ id }: Ask<'campaign.get'>) => (id === ID ? known : null)),
  'campaign.progress': noting('campaign.progress', ({ id }: Ask<'campaign.progress'>) =>
    id === ID ? { data: [POINT] } : null,
  ),
  'campaign.recipients': noting('campaign.recipients', ({ id, cursor = '0' }: Page & { id: string }) => {
    if (id !== ID) return null;
    const page = pages[Number(cursor)]!;
    if (page instanceof Error) throw page;
    const next = Number(cursor) + 1;
    return { data: page, nextCursor: next < pages.length ? String(next) : null };
  }),
  'campaign.preview': noting('campaign.preview', () => ({ total: 3, optedIn: 2, sample: [] })),
  'command.reply': () => Promise.reject(new PeerUnavailable('campaigns is not there')),
});

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let account: string;
let bearer: Record<string, string>;

beforeAll(async () => {
  database = await gatewayDatabase();
  gateway = await startGateway(database.url, { bus, peers });
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});
beforeEach(async () => {
  stored = template();
  known = VIEW;
  pages = [[recipient()]];
  isLost = false;
  sent.splice(0);
  asked.splice(0);
  await login();
});

async function login(given: Parameters<typeof addAccount>[1] = {}) {
  const number = { displayPhoneNumber: '+91 80000 00001', verifiedName: 'Shop', qualityRating: 'GREEN' };
  const phoneNumbers = [PHONE_NUMBER_ID, OTHER_NUMBER].map((id) => ({
    ...number,
    id,
    messagingLimit: 'TIER_2K',
    throughput: 80,
    isDefault: id === PHONE_NUMBER_ID,
  }));
  account = await addAccount(database.pool, { phoneNumbers, ...given });
  ({ bearer } = await addKey(database.pool, account));
}

async function call(method: string, path = '', body?: object, headers: Record<string, string> = {}) {
  const answer = await fetch(`${gateway.base}/v1/campaigns${path}`, {
    method,
    headers: { ...bearer, ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const read = (await answer.json()) as {
    code?: string;
    detail?: string;
    errors?: { pointer: string }[];
  } & Record<string, unknown>;
  return { status: answer.status, body: read, headers: answer.headers };
}
async function refusal(method: string, path: string, body: object) {
  const { status, body: problem } = await call(method, path, body);
  const { code, errors = [] } = problem;
  return [status, code, ...errors.map(({ pointer }) => pointer)];
}
const create = (change: object = {}) => refusal('POST', '', { ...BODY, ...change });
const update = (change: object) => refusal('PATCH', `/${ID}`, change);
const withTemplate = (change: object) => ({ template: { ...BODY.template, ...change } });

describe('POST /v1/campaigns', () => {
  it('creates what the reference shows: at once, from the default number, at full pace', async () => {
    expect(await call('POST', '', BODY)).toMatchObject({ status: 201, body: VIEW });
    const [command] = sent;
    expect(command).toMatchObject({ type: 'campaign.create', accountId: account });
    expect(command!.data).toEqual({
      ...BODY,
      campaignId: expect.stringMatching(/^cmp_/),
      at: expect.any(String),
      startsAt: null,
      ratePerSecond: null,
      phoneNumberId: PHONE_NUMBER_ID,
    });
    expect(asked).toEqual([{ query: 'template.find', ask: { accountId: account, ...BODY.template } }]);
  });

  it('starts at once unless it is told when', async () => {
    const { schedule: _, ...body } = BODY;
    expect((await call('POST', '', body)).status).toBe(201);
    expect(sent[0]!.data).toMatchObject({ schedule: { mode: 'now' }, startsAt: null });
  });

  it('keeps when, how fast and from where', async () => {
    const local = DateTime.now().setZone('Asia/Kolkata').plus({ hours: 2 }).startOf('minute');
    const schedule = {
      mode: 'at',
      sendAt: local.toFormat("yyyy-MM-dd'T'HH:mm:ss"),
      timeZone: 'Asia/Kolkata',
    };
    const body = { ...BODY, schedule, ratePerSecond: 20, from: OTHER_NUMBER };
    expect((await call('POST', '', body)).status).toBe(201);
    const startsAt = local.toUTC().toISO();
    expect(sent[0]!.data).toMatchObject({
      schedule,
      startsAt,
      ratePerSecond: 20,
      phoneNumberId: OTHER_NUMBER,
    });
    expect(sent[0]!.data).not.toHaveProperty('from');
  });

  it('has one effect under an Idempotency-Key', async () => {
    const key = { 'idempotency-key': `key-${Math.random()}` };
    const answers = [await call('POST', '', BODY, key), await call('POST', '', BODY, key)];
    expect(answers.map(({ status, headers }) => [status, headers.get('idempotency-replayed')])).toEqual([
      [201, null],
      [201, 'true'],
    ]);
    expect(sent).toHaveLength(1);
  });

  it('does not say that nothing was done where nobody can tell', async () => {
    isLost = true;
    const { status, body } = await call('POST', '', BODY);
    expect([status, body]).toEqual([
      504,
      expect.objectContaining({ code: 'outcome_pending', campaignId: sent[0]!.data['campaignId'] }),
    ]);
  });

  it('is for accounts that may send', async () => {
    await login({ entitled: false });
    expect(await create()).toEqual([402, 'not_entitled']);
    await login({ status: 'suspended' });
    expect(await create()).toEqual([409, 'account_suspended']);
    expect(sent).toEqual([]);
  });

  it('goes from a number of the account', async () =>
    expect(await create({ from: '999' })).toEqual([422, 'phone_number_not_found', '/from']));

  it.each([
    ['a time past', { sendAt: hours(-0.01) }],
    ['a time here that is past there', { sendAt: '2026-01-01T10:00:00', timeZone: 'Pacific/Kiritimati' }],
    ['a time in more than a year', { sendAt: hours(367 * 24) }],
  ])('does not start at %s', async (_what, when) => {
    expect(await create({ schedule: { mode: 'at', ...when } })).toEqual([
      422,
      'invalid_request',
      '/schedule/sendAt',
    ]);
    expect([sent, asked]).toEqual([[], []]);
  });
});

describe('the template', () => {
  const later = { schedule: { mode: 'at', sendAt: hours(1) } };

  it('is there', async () => {
    stored = null;
    expect(await create()).toEqual([404, 'template_not_found', '/template/name']);
    expect(await create(later)).toEqual([404, 'template_not_found', '/template/name']);
  });

  it.each(TEMPLATE_STATUSES)('that is %s', async (status) => {
    stored = template({ status });
    const not = [409, 'template_not_approved', '/template/name'];
    const [now, then] = [await create(), await create(later)];
    expect(now).toEqual(status === 'approved' ? [201, undefined] : not);
    expect(then).toEqual(['rejected', 'paused', 'disabled'].includes(status) ? not : [201, undefined]);
  });

  describe('takes values', () => {
    const coupon = { type: 'COPY_CODE', example: 'X' };
    const card = { components: [{ type: 'BODY', text: 'For {{1}}' }] };
    const mismatch = (...places: string[]) => [
      422,
      'template_variables_mismatch',
      ...places.map((place) => `/template${place}`),
    ];
    beforeEach(() => {
      stored = template({
        components: [
          { type: 'BODY', text: 'Hi {{1}}, your {{2}}' },
          { type: 'BUTTONS', buttons: [coupon] },
          { type: 'CAROUSEL', cards: [card, card] },
        ],
      });
    });
    const values = {
      variables: ['{{contact.name|friend}}', 'gift'],
      cards: [{ variables: ['you'] }, { variables: ['me'] }],
    };

    it('that may differ from person to person', async () => {
      const personal = { ...values, buttonVariables: ['{{contact.customFields.coupon_of_the_year}}'] };
      expect(await create(withTemplate(personal))).toEqual([201, undefined]);
      expect(sent[0]!.data).toMatchObject(withTemplate(personal));
    });

    it.each<[string, object, string[]]>([
      ['none', {}, ['/cards', '/variables', '/buttonVariables']],
      ['too few', { ...values, variables: ['a'], buttonVariables: ['B'] }, ['/variables']],
      ['a code that is too long', { ...values, buttonVariables: ['B'.repeat(21)] }, ['/buttonVariables']],
      [
        'a fallback that is too long for a code',
        { ...values, buttonVariables: [`{{contact.name|${'B'.repeat(21)}}}`] },
        ['/buttonVariables'],
      ],
      [
        'none for a card',
        { ...values, buttonVariables: ['B'], cards: [{ variables: ['you'] }, {}] },
        ['/cards/1/variables'],
      ],
    ])('and not %s', async (_what, given, places) =>
      expect(await create(withTemplate(given))).toEqual(mismatch(...places)),
    );
  });

  it('shows media that are there', async () => {
    const gone = newId('med');
    expect(await create(withTemplate({ headerMediaId: MEDIA }))).toEqual([201, undefined]);
    expect(await create(withTemplate({ headerMediaId: '{{contact.customFields.photo}}' }))).toEqual([
      201,
      undefined,
    ]);
    expect(await create(withTemplate({ headerMediaId: gone }))).toEqual([
      404,
      'media_not_found',
      '/template/headerMediaId',
    ]);
    stored = template({
      components: [{ type: 'CAROUSEL', cards: [{ components: [] }, { components: [] }] }],
    });
    expect(
      await create(withTemplate({ cards: [{ headerMediaId: MEDIA }, { headerMediaId: gone }] })),
    ).toEqual([404, 'media_not_found', '/template/cards/1/headerMediaId']);
  });
});

describe('PATCH /v1/campaigns/:id', () => {
  const changed = { campaignId: ID, at: expect.any(String) };

  it('changes what is given and nothing else', async () => {
    const change = { name: 'Holi offer', audience: { kind: 'all' } };
    expect(await call('PATCH', `/${ID}`, change)).toMatchObject({ status: 200, body: VIEW });
    expect(sent).toMatchObject([{ type: 'campaign.update', data: { ...change, ...changed } }]);
    expect(Object.keys(sent[0]!.data).toSorted()).toEqual(['at', 'audience', 'campaignId', 'name']);
    expect(asked).toEqual([]);
  });

  it('takes null for the default', async () => {
    expect(await update({ ratePerSecond: null, schedule: null, from: null })).toEqual([200, undefined]);
    const schedule = { mode: 'now' };
    expect(sent[0]!.data).toEqual({
      ...changed,
      ratePerSecond: null,
      schedule,
      startsAt: null,
      phoneNumberId: PHONE_NUMBER_ID,
    });
  });

  it('takes another template, time and number', async () => {
    const sendAt = hours(3);
    const change = { template: { name: 'other', language: 'hi' }, schedule: { mode: 'at', sendAt } };
    expect(await update({ ...change, from: OTHER_NUMBER })).toEqual([200, undefined]);
    expect(sent[0]!.data).toEqual({ ...change, ...changed, startsAt: sendAt, phoneNumberId: OTHER_NUMBER });
    expect(asked.at(-1)).toEqual({ query: 'template.find', ask: { accountId: account, ...change.template } });
  });

  it('refuses what a new one would be refused for', async () => {
    expect(await update({ from: '999' })).toEqual([422, 'phone_number_not_found', '/from']);
    expect(await update({ schedule: { mode: 'at', sendAt: hours(-1) } })).toEqual([
      422,
      'invalid_request',
      '/schedule/sendAt',
    ]);
    expect(await update(withTemplate({ variables: ['a'] }))).toEqual([
      422,
      'template_variables_mismatch',
      '/template/variables',
    ]);
    stored = null;
    expect(await update(withTemplate({}))).toEqual([404, 'template_not_found', '/template/name']);
    await login({ entitled: false });
    expect(await update({ name: 'x' })).toEqual([402, 'not_entitled']);
    expect(sent).toEqual([]);
  });

  it('starts nothing at once whose template is not approved, whichever of the two changes', async () => {
    stored = template({ status: 'pending' });
    expect(await update(withTemplate({}))).toEqual([200, undefined]);
    expect(await update({ schedule: { mode: 'now' } })).toEqual([
      409,
      'template_not_approved',
      '/template/name',
    ]);
    known = campaign({ schedule: { mode: 'now' } });
    expect(await update(withTemplate({}))).toEqual([409, 'template_not_approved', '/template/name']);
  });

  it('knows no campaign of another', async () => {
    known = null;
    expect(await update({ schedule: { mode: 'now' } })).toEqual([404, 'not_found']);
  });
});

describe('POST /v1/campaigns/:id/…', () => {
  it.each([
    ['pause', undefined],
    ['resume', {}],
    ['cancel', undefined],
    ['retry-failed', undefined],
  ])('%s', async (verb, body) => {
    expect(await call('POST', `/${ID}/${verb}`, body)).toMatchObject({ status: 200, body: VIEW });
    const data = { campaignId: ID, at: expect.any(String) };
    expect(sent).toMatchObject([{ type: `campaign.${verb}`, accountId: account, data }]);
  });

  it('retry-failed, of some', async () => {
    const codes = ['outcome_unknown', '131049'];
    expect((await call('POST', `/${ID}/retry-failed`, { codes })).status).toBe(200);
    expect(sent[0]!.data).toMatchObject({ campaignId: ID, codes });
  });
});

describe('reading', () => {
  it('lists campaigns', async () => {
    const { status, body } = await call('GET', '?status=running&limit=2&cursor=x');
    expect([status, body]).toEqual([200, { data: [VIEW], nextCursor: null }]);
    const ask = { accountId: account, status: 'running', limit: 2, cursor: 'x' };
    expect(asked).toEqual([{ query: 'campaign.list', ask }]);
  });

  it('gets a campaign, and none of another', async () => {
    expect(await call('GET', `/${ID}`)).toMatchObject({ status: 200, body: VIEW });
    expect((await call('GET', `/${newId('cmp')}`)).status).toBe(404);
  });

  it('tells where a campaign stood over time, and of none of another', async () => {
    expect(await call('GET', `/${ID}/progress`)).toMatchObject({ status: 200, body: { data: [POINT] } });
    expect((await call('GET', `/${newId('cmp')}/progress`)).status).toBe(404);
  });

  it('lists recipients', async () => {
    const { status, body } = await call('GET', `/${ID}/recipients?status=failed&limit=1&cursor=0`);
    expect([status, body]).toEqual([200, { data: [recipient()], nextCursor: null }]);
    const ask = { accountId: account, id: ID, status: 'failed', limit: 1, cursor: '0' };
    expect(asked).toEqual([{ query: 'campaign.recipients', ask }]);
    expect((await call('GET', `/${newId('cmp')}/recipients`)).status).toBe(404);
  });
});

describe('recipients as CSV', () => {
  const download = (query = '', id = ID, accept = 'text/csv') =>
    fetch(`${gateway.base}/v1/campaigns/${id}/recipients${query}`, { headers: { ...bearer, accept } });

  it('are all of them, page by page', async () => {
    const error = {
      code: 'rejected_by_meta',
      message: '=cmd|"/c", \'x\'\nend',
      details: '@x, y',
      metaCode: 131_049,
    };
    const failed = { contactId: 'cnt_2', to: 'IN.1234', status: 'failed', error, attempt: 2 } as const;
    const skipped = {
      contactId: 'cnt_3',
      to: null,
      status: 'skipped',
      reason: 'no_number',
      messageId: null,
      attempt: 0,
      statusAt: null,
    } as const;
    pages = [[recipient()], [recipient(failed)], [], [recipient(skipped)]];
    const answer = await download('?limit=1&cursor=3&status=failed');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/csv; charset=utf-8; header=present',
    ]);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${ID}-recipients.csv"`);
    const sentAs = 'msg_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';
    expect(await answer.text()).toBe(
      [
        'contactId,to,status,reason,errorCode,errorMessage,errorDetails,metaCode,messageId,attempt,statusAt',
        `cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E,+918899332211,delivered,,,,,,${sentAs},1,${AT}`,
        `cnt_2,IN.1234,failed,,rejected_by_meta,"'=cmd|""/c"", 'x'\nend","'@x, y",131049,${sentAs},2,${AT}`,
        'cnt_3,,skipped,no_number,,,,,,0,',
        '',
      ].join('\r\n'),
    );
    expect(asked.map(({ ask }) => ask)).toEqual(
      [{}, { cursor: '1' }, { cursor: '2' }, { cursor: '3' }].map((cursor) => ({
        accountId: account,
        id: ID,
        status: 'failed',
        limit: 200,
        ...cursor,
      })),
    );
  });

  it('wait for whoever reads them slowly', async () => {
    const page = Array.from({ length: 200 }, () => recipient());
    pages = Array.from({ length: 2_000 }, () => page);
    const body = (await download()).body!.getReader();
    await body.read();
    const read = () => asked.length;
    let before = -1;
    await until(() => {
      const isStill = read() === before;
      before = read();
      return isStill;
    });
    expect(read()).toBeLessThan(1_000);
    await body.cancel();
  });

  it('break off where a page cannot be read, and do not end as if they were complete', async () => {
    pages = [[recipient()], new PeerUnavailable('campaigns is not there'), [recipient()]];
    const answer = await download();
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('terminated');
    expect(gateway.logs.join()).toContain('recipients CSV: a page was not read; closing the connection');
  });

  it('are a problem where there is none to begin with', async () => {
    expect((await download('', newId('cmp'))).status).toBe(404);
    pages = [new PeerUnavailable('campaigns is not there')];
    const answer = await download();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'application/problem+json']);
    expect((await download('?status=nice')).status).toBe(422);
  });

  it.each([
    ['text/csv', true],
    ['Text/CSV; charset=utf-8, application/json;q=0.5', true],
    ['application/json, text/csv', false],
    ['*/*', false],
    ['text/html', false],
  ])('come for Accept: %s: %s', async (accept, isCsv) => {
    const type = (await download('', ID, accept)).headers.get('content-type');
    expect(type).toMatch(isCsv ? /^text\/csv/ : /^application\/json/);
  });
});

describe('POST /v1/campaigns/audience-preview', () => {
  const { audience } = BODY;
  const preview = (body: object) => refusal('POST', '/audience-preview', body);
  const ask = () => asked.at(-1)!.ask;

  it('resolves an audience, under any Idempotency-Key', async () => {
    const answer = await call('POST', '/audience-preview', { audience }, { 'idempotency-key': 'a' });
    expect(answer).toMatchObject({ status: 200, body: { total: 3, optedIn: 2, sample: [] } });
    expect(ask()).toEqual({ accountId: account, audience });
    expect(sent).toEqual([]);
  });

  it('asks for a plan with a template, or with a number', async () => {
    const plan = { audience, template: { ...BODY.template, headerMediaId: MEDIA }, ratePerSecond: 5 };
    expect(await preview(plan)).toEqual([200, undefined]);
    expect(ask()).toEqual({ ...plan, accountId: account, phoneNumberId: PHONE_NUMBER_ID });
    expect(await preview({ audience, from: OTHER_NUMBER })).toEqual([200, undefined]);
    expect(ask()).toMatchObject({ phoneNumberId: OTHER_NUMBER });
  });

  it("takes nothing of another's", async () => {
    expect(await preview({ audience, from: '999' })).toEqual([422, 'phone_number_not_found', '/from']);
    const { template: given } = withTemplate({ headerMediaId: newId('med') });
    expect(await preview({ audience, template: given })).toEqual([
      404,
      'media_not_found',
      '/template/headerMediaId',
    ]);
  });
});

it('lets a key that may only read do only that', async () => {
  ({ bearer } = await addKey(database.pool, account, { scopes: ['campaigns:read'] }));
  for (const [method, path, body, status] of [
    ['GET', '', undefined, 200],
    ['GET', `/${ID}`, undefined, 200],
    ['GET', `/${ID}/recipients`, undefined, 200],
    ['POST', '/audience-preview', { audience: BODY.audience }, 200],
    ['POST', '', BODY, 403],
    ['PATCH', `/${ID}`, { name: 'x' }, 403],
    ['POST', `/${ID}/pause`, undefined, 403],
    ['POST', `/${ID}/resume`, undefined, 403],
    ['POST', `/${ID}/cancel`, undefined, 403],
    ['POST', `/${ID}/retry-failed`, undefined, 403],
  ] as const)
    expect([method, path, (await call(method, path, body)).status]).toEqual([method, path, status]);
  expect(sent).toEqual([]);
});
