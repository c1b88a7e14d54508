import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  simulatorWithReceiver,
  texts,
  WABA,
  type Json,
  type TestSimulator,
  type WebhookReceiver,
} from '../simulator.harness.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;
/** Ids of the default templates, by template name. */
let ids: Record<string, string>;

const DAY_S = 86_400;
const now = Math.floor(Date.now() / 1000);
const today = now - (now % DAY_S);
const span = { start: now - 60, end: now + 3 * 3600 };

const get = async (path: string): Promise<Json> => (await simulator.graph('GET', path)).body;
const ask = (edge: string, params: object, id = WABA) => {
  const query = Object.entries(params).map(([key, value]): [string, string] => [key, String(value)]);
  return get(`/${id}/${edge}?${new URLSearchParams(query)}`);
};
const fieldOf = async (field: string) => await get(`/${WABA}?fields=${encodeURIComponent(field)}`);

beforeAll(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver());
  const { data } = await get(`/${WABA}/message_templates`);
  ids = Object.fromEntries(data.map(({ name, id }: Json) => [name, id]));
  await simulator.openWindow();
  const wamids = await Promise.all([
    simulator.sendText(),
    simulator.sendTemplate('diwali_offer'),
    simulator.sendTemplate('diwali_offer', undefined, { to: '+15550001111' }),
    simulator.sendTemplate('order_confirmation', [texts('Asha', '#1043')]),
    simulator.sendTemplate('diwali_offer', undefined, { to: '+919999131049' }),
  ]).then((answers) => answers.map(({ body }) => body.messages[0].id as string));
  await receiver.until(() => {
    const told = (status: string, of: readonly string[]) =>
      of.every((wamid) => receiver.statuses(wamid).some((item) => item.status === status));
    return told('read', wamids.slice(0, 4)) && told('failed', wamids.slice(4));
  });
});
afterAll(() => simulator.close());

describe('analytics of messages', () => {
  it('count what was sent and arrived, in the fields of the account', async () => {
    const { analytics, id } = await fieldOf(
      `analytics.start(${span.start}).end(${span.end}).granularity(DAY).phone_numbers([])`,
    );
    expect(id).toBe(WABA);
    const { data_points: points, ...rest } = analytics;
    expect(rest).toEqual({
      phone_numbers: ['918000000001', '918000000002'],
      country_codes: ['IN', 'US'],
      granularity: 'DAY',
    });
    expect(points[0]).toMatchObject({ start: expect.any(Number), sent: 4, delivered: 4 });
    expect(points[0].end - points[0].start).toBe(DAY_S);
  });

  it.each<[string, object, number]>([
    ['a country', { country_codes: '["US"]' }, 1],
    ['numbers', { phone_numbers: '918000000001,918000000002' }, 4],
    ['answers to customers', { product_types: '[2]' }, 1],
    ['notifications', { product_types: '[0]' }, 3],
  ])('are those of %s', async (_name, filter, sent) => {
    const { data_points: points } = await ask('analytics', { ...span, granularity: 'HALF_HOUR', ...filter });
    expect(points.reduce((sum: number, point: Json) => sum + point.sent, 0)).toBe(sent);
  });

  it('are none of a number that sent nothing, and of another time', async () => {
    const of = async (params: object) =>
      (await ask('analytics', { ...span, granularity: 'MONTH', ...params })).data_points;
    expect(await of({ phone_numbers: '918000000002' })).toEqual([]);
    expect(await of({ start: now - 3 * DAY_S, end: now - 2 * DAY_S })).toEqual([]);
  });

  it('and of conversations are empty', async () => {
    expect(await ask('conversation_analytics', { ...span, granularity: 'DAILY' })).toEqual({
      data: [{ data_points: [] }],
    });
  });

  it.each<[string, object, RegExp]>([
    ['no start', { ...span, start: '', granularity: 'DAY' }, /The parameter start is required/],
    ['an end before the start', { start: now, end: now - 1, granularity: 'DAY' }, /end must be later/],
    ['a start that is no time', { ...span, start: 'soon', granularity: 'DAY' }, /start must be a unix/],
    ['no granularity', span, /The parameter granularity is required/],
    ['another granularity', { ...span, granularity: 'DAILY' }, /HALF_HOUR, DAY, MONTH\} - got "DAILY"/],
  ])('want no %s', async (_name, params, text) => {
    const { error } = await ask('analytics', params);
    expect([error.code, error.message]).toEqual([100, expect.stringMatching(text)]);
  });
});

describe('analytics of prices', () => {
  it('sum what was delivered by the dimensions that are asked for', async () => {
    const { pricing_analytics: prices } = await fieldOf(
      `pricing_analytics.start(${span.start}).end(${span.end}).granularity(DAILY).dimensions(["PRICING_CATEGORY","PRICING_TYPE","COUNTRY","TIER","PHONE"]).country_codes(IN)`,
    );
    const shared = { country: 'IN', phone_number: '918000000001', tier: '0:MAX', pricing_type: 'REGULAR' };
    const point = (category: string, cost: number) => ({
      ...shared,
      start: expect.any(Number),
      end: expect.any(Number),
      pricing_category: category,
      volume: 1,
      cost,
    });
    const points = prices.data[0].data_points as Json[];
    expect(points).toHaveLength(3);
    expect(points).toEqual(
      expect.arrayContaining([point('MARKETING', 0.8631), point('UTILITY', 0.115), point('SERVICE', 0.115)]),
    );
  });

  it.each<[string, object, object[]]>([
    ['no dimension', {}, [{ volume: 4, cost: 1.9562 }]],
    ['one metric', { metric_types: '["VOLUME"]' }, [{ volume: 4 }]],
    ['a category', { pricing_categories: 'MARKETING' }, [{ volume: 2, cost: 1.7262 }]],
    ['a type that nothing has', { pricing_types: '["FREE_ENTRY_POINT"]' }, []],
  ])('with %s', async (_name, params, wanted) => {
    const { data } = await ask('pricing_analytics', { ...span, granularity: 'MONTHLY', ...params });
    const time = { start: expect.any(Number), end: expect.any(Number) };
    expect(data).toEqual([{ data_points: wanted.map((point) => ({ ...time, ...point })) }]);
  });
});

describe('analytics of templates', () => {
  const of = (params: object, id = WABA) =>
    ask('template_analytics', { start: today, end: now, granularity: 'DAILY', ...params }, id);

  it('have to be switched on, and stay on', async () => {
    expect((await of({ template_ids: ids['diwali_offer'] })).error.code).toBe(200007);
    const turn = async (value: string) =>
      (await simulator.graph('POST', `/${WABA}?is_enabled_for_insights=${value}`)).body;
    expect(await turn('true')).toEqual({ id: WABA });
    expect((await turn('false')).error.code).toBe(200006);
    expect((await get(`/${WABA}?fields=is_enabled_for_insights`)).is_enabled_for_insights).toBe(true);
  });

  it('have a point for each template and day, in the captured order and shape', async () => {
    const asked = [ids['order_confirmation'], ids['hello_world']];
    const { data, paging } = await of({ template_ids: asked.join(), metric_types: '' });
    const cost = ['amount_spent', 'cost_per_delivered', 'cost_per_url_button_click'].map((type) => ({
      type,
    }));
    const none = { sent: 0, delivered: 0, read: 0, replied: 0, cost };
    const days = [today, today + DAY_S].map((start) => ({ start, end: start + DAY_S }));
    expect(data).toEqual([
      {
        granularity: 'DAILY',
        product_type: 'cloud_api',
        data_points: [
          ...days.map((span) => ({ template_id: ids['hello_world'], ...span, ...none })),
          {
            template_id: ids['order_confirmation'],
            ...days[0],
            ...{ sent: 1, delivered: 1, read: 1, replied: 0 },
            cost: [{ ...cost[0], value: 0.115 }, { ...cost[1], value: 0.115 }, cost[2]],
          },
          { template_id: ids['order_confirmation'], ...days[1], ...none },
        ],
      },
    ]);
    expect(paging).toEqual({ cursors: { before: 'MAZDZD', after: 'MjQZD' } });
  });

  it('have the metrics that are asked for', async () => {
    const { data } = await of({ template_ids: `[${ids['diwali_offer']}]`, metric_types: '["SENT","READ"]' });
    expect(data[0].data_points[0]).toEqual({
      template_id: ids['diwali_offer'],
      start: today,
      end: today + DAY_S,
      sent: 2,
      read: 2,
    });
  });

  it('go by dates as well, and by page', async () => {
    const date = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
    const params = { template_ids: ids['hello_world'], start: date(today - 30 * DAY_S), end: date(today) };
    const { data, paging } = await of(params);
    expect(data[0].data_points).toHaveLength(25);
    expect(paging.next).toContain('after=MjQZD');
    const second = await of({ ...params, after: paging.cursors.after });
    expect(second.data[0].data_points).toHaveLength(6);
    expect(second.paging).toEqual({
      cursors: { before: 'MjUZD', after: 'NDkZD' },
      previous: expect.stringContaining('before=MjUZD'),
    });
  });

  it('leave the points out where there are none', async () => {
    const { data, paging } = await of({ template_ids: ids['hello_world'], after: 'MjQZD' });
    expect(data).toEqual([{ granularity: 'DAILY', product_type: 'cloud_api' }]);
    expect(paging.cursors).toEqual({ before: 'MjUZD', after: 'NDkZD' });
    expect((await of({ template_ids: '1234567' })).data[0]).not.toHaveProperty('data_points');
  });

  it.each<[string, object, string, RegExp]>([
    ['no template', {}, WABA, /template_ids is required/],
    ['eleven templates', { template_ids: Array(11).fill('1').join() }, WABA, /1 to 10 elements/],
    ['months', { template_ids: '1', granularity: 'MONTHLY' }, WABA, /must be one of \{DAILY\}/],
    [
      'an account that is none',
      { template_ids: '1' },
      '123456',
      /^\(#100\) Tried accessing nonexisting field \(template_analytics\) on node type \(User\)$/,
    ],
  ])('are refused for %s', async (_name, params, id, text) => {
    const { error } = await of(params, id);
    expect([error.code, error.message]).toEqual([100, expect.stringMatching(text)]);
  });

  it('are forgotten by a reset', async () => {
    await simulator.control('POST', '/reset');
    const { data_points: points } = await ask('analytics', { ...span, granularity: 'DAY' });
    expect(points).toEqual([]);
  });
});
