import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PHONE, simulatorForTests, WABA, webhookReceiver, type TestSimulator } from '../simulator.harness.js';

let simulator: TestSimulator;
beforeAll(async () => {
  simulator = await simulatorForTests();
});
afterAll(() => simulator.close());

const get = async (path: string, token?: string) => simulator.graph('GET', path, undefined, token);

describe('accounts', () => {
  it('shows the two numbers, with the fields asked for', async () => {
    const { body } = await get(`/${WABA}/phone_numbers?fields=display_phone_number,throughput{level}`);
    expect(body).toEqual({
      data: [
        { display_phone_number: '+91 80000 00001', throughput: { level: 'STANDARD' }, id: PHONE },
        {
          display_phone_number: '+91 80000 00002',
          throughput: { level: 'STANDARD' },
          id: '1060000000000002',
        },
      ],
      paging: { cursors: { before: 'MAZDZD', after: 'MQZDZD' } },
    });
  });

  it('shows a number and the account, always with id', async () => {
    expect((await get(`/${PHONE}?fields=quality_rating,certificate`)).body).toEqual({
      quality_rating: 'GREEN',
      id: PHONE,
    });
    expect((await get(`/${WABA}?fields=message_template_namespace`)).body).toEqual({
      message_template_namespace: expect.any(String),
      id: WABA,
    });
    expect((await get(`/${PHONE}`)).body).toMatchObject({ verified_name: expect.any(String), id: PHONE });
    const fields = 'messaging_limit_tier,whatsapp_business_manager_messaging_limit';
    expect((await get(`/${PHONE}?fields=${fields}`)).body).toEqual({
      messaging_limit_tier: 'TIER_UNLIMITED',
      whatsapp_business_manager_messaging_limit: 'TIER_UNLIMITED',
      id: PHONE,
    });
  });

  it('shows a published flow and a draft', async () => {
    const { body } = await get(`/${WABA}/flows`);
    expect(body.data).toEqual([
      {
        id: expect.any(String),
        name: 'appointment_booking',
        status: 'PUBLISHED',
        categories: ['APPOINTMENT_BOOKING'],
        validation_errors: [],
      },
      {
        id: expect.any(String),
        name: 'customer_survey',
        status: 'DRAFT',
        categories: ['SURVEY'],
        validation_errors: [],
      },
    ]);
    expect((await get(`/${body.data[0].id}?fields=status`)).body.status).toBe('PUBLISHED');
  });

  it('says what a token is valid for', async () => {
    const { body } = await get('/debug_token?input_token=simulator-token');
    expect(body.data).toMatchObject({
      is_valid: true,
      expires_at: 0,
      scopes: expect.arrayContaining(['whatsapp_business_messaging', 'whatsapp_business_management']),
      granular_scopes: expect.arrayContaining([{ scope: 'whatsapp_business_messaging', target_ids: [WABA] }]),
    });
    const unknown = await get('/debug_token?input_token=nonsense');
    expect(unknown.body.data).toMatchObject({ is_valid: false, error: { code: 190 } });
    expect((await get('/debug_token?input_token=x', '')).body.error.code).toBe(104);
  });

  it.each<[string, string, number, RegExp]>([
    [
      'GET',
      `/${WABA}/nonsense`,
      100,
      /^\(#100\) Tried accessing nonexisting field \(nonsense\) on node type \(WhatsAppBusinessAccount\)$/,
    ],
    ['GET', '/123_123', 100, /^Unsupported get request\. Object with ID '123_123'/],
    ['DELETE', `/${WABA}`, 100, /^Unsupported delete request/],
    ['GET', '/a/b/c', 2500, /^Unknown path components: \/b\/c$/],
    ['GET', '/a/b/c/d', 2500, /^Unknown path components: \/a\/b\/c\/d$/],
  ])('answers %s %s with %d', async (method, path, code, message) => {
    const { status, body } = await simulator.graph(method, path);
    expect([status, body.error.code]).toEqual([400, code]);
    expect(body.error.message).toMatch(message);
  });
});

describe('the subscription', () => {
  it('is there from the start, and without it no webhook comes', async () => {
    const receiver = await webhookReceiver();
    await simulator.control('POST', '/webhook', { url: receiver.url, secret: 's', verifyToken: 'v' });
    expect((await get(`/${WABA}/subscribed_apps`)).body.data).toHaveLength(1);
    expect((await simulator.graph('DELETE', `/${WABA}/subscribed_apps`)).body).toEqual({ success: true });
    expect((await get(`/${WABA}/subscribed_apps`)).body).toEqual({ data: [] });
    const { body: lost } = await simulator.openWindow('918899330001');
    expect((await simulator.graph('POST', `/${WABA}/subscribed_apps`)).body).toEqual({ success: true });
    const { body: told } = await simulator.openWindow('918899330002');
    await receiver.until(() => receiver.messages().some(({ id }) => id === told.wamid));
    expect(receiver.messages().some(({ id }) => id === lost.wamid)).toBe(false);
    await receiver.close();
  });
});
