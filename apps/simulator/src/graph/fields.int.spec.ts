import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PHONE, simulatorForTests, WABA, type TestSimulator } from '../simulator.harness.js';

let simulator: TestSimulator;
let flow: string;
let template: string;
let image: string;

const BLOCKED = '918899330077';

beforeAll(async () => {
  simulator = await simulatorForTests({ webhookUrl: 'http://127.0.0.1:9/hook' });
  flow = (await get(`/${WABA}/flows`)).data[0].id as string;
  template = (await get(`/${WABA}/message_templates`)).data[0].id as string;
  image = await simulator.uploaded('image');
  await simulator.control('POST', '/inbound', {
    from: BLOCKED,
    message: { type: 'text', text: { body: 'Hi' } },
  });
  const block_users = [{ user: BLOCKED }];
  await simulator.graph('POST', `/${PHONE}/block_users`, { messaging_product: 'whatsapp', block_users });
});
afterAll(() => simulator.close());

const get = async (path: string) => (await simulator.graph('GET', path)).body;
const fieldsOf = (id: string, fields: string) => get(`/${id}?fields=${encodeURIComponent(fields)}`);

describe('a field that no node has is refused', () => {
  it.each([
    ['of a number', () => PHONE, 'name', 'WhatsAppBusinessPhoneNumber'],
    ['of an account', () => WABA, 'display_phone_number', 'WhatsAppBusinessAccount'],
    ['of a template', () => template, 'verified_name', 'WhatsAppMessageTemplate'],
    ['of a flow', () => flow, 'toString', 'WhatsAppFlow'],
    ['of media', () => image, 'caption', 'WhatsAppMedia'],
  ])('%s', async (_name, id, field, type) => {
    const { error } = await fieldsOf(id(), `id,${field}`);
    expect(error).toMatchObject({
      message: `(#100) Tried accessing nonexisting field (${field}) on node type (${type})`,
      type: 'OAuthException',
      code: 100,
    });
  });

  it.each([
    [`/${WABA}/phone_numbers?fields=id,nonsense`, 'WhatsAppBusinessPhoneNumber'],
    [`/${WABA}/message_templates?fields=nonsense`, 'WhatsAppMessageTemplate'],
    [`/${WABA}?fields=phone_numbers{nonsense}`, 'WhatsAppBusinessPhoneNumber'],
    [`/${PHONE}/whatsapp_business_profile?fields=about,nonsense`, 'WhatsAppBusinessProfile'],
    [`/${PHONE}/block_users?fields=wa_id,nonsense`, 'WhatsAppBusinessBlockedUser'],
    ['/FLOW/assets?fields=name,nonsense', 'WhatsAppFlowAsset'],
  ])('in a list or an edge too: %s', async (path, type) => {
    const { error } = await get(path.replace('FLOW', flow));
    expect(error.message).toBe(`(#100) Tried accessing nonexisting field (nonsense) on node type (${type})`);
  });

  it.each(['name,{', 'name)', 'phone_numbers{id', 'na me'])(
    'and so is what cannot be read: %s',
    async (text) => {
      const { error } = await fieldsOf(WABA, text);
      expect(error).toMatchObject({ code: 2500, message: expect.stringMatching(/^Syntax error /) });
    },
  );
});

describe('an edge in the fields of a node', () => {
  it('is expanded with its arguments and fields, and names the next page', async () => {
    const { message_templates: templates, ...rest } = await fieldsOf(
      WABA,
      'name,message_templates.limit(1){name}',
    );
    expect(rest).toEqual({ name: expect.any(String), id: WABA });
    expect(templates.data).toEqual([{ name: 'hello_world', id: expect.any(String) }]);
    const { paging } = templates;
    expect(paging.cursors).toEqual({ before: 'MAZDZD', after: 'MAZDZD' });
    const next = await fetch(paging.next as string, { headers: { authorization: 'Bearer simulator-token' } });
    expect(((await next.json()) as typeof templates).data).toEqual([
      { name: 'order_confirmation', id: expect.any(String) },
    ]);
  });

  it.each<[string, () => string, string, object]>([
    ['phone_numbers', () => WABA, 'phone_numbers', { data: [{ id: PHONE }, {}] }],
    [
      'the profile of each number',
      () => WABA,
      'phone_numbers.limit(1){display_phone_number,whatsapp_business_profile{vertical}}',
      { data: [{ whatsapp_business_profile: { data: [{ vertical: 'UNDEFINED' }] } }] },
    ],
    [
      'a filtered list',
      () => WABA,
      'message_templates.name(diwali){name}',
      { data: [{ name: 'diwali_offer' }] },
    ],
    [
      'flows',
      () => WABA,
      'flows{name,whatsapp_business_account{name}}',
      { data: [{ name: 'appointment_booking' }, {}] },
    ],
    ['subscribed_apps', () => WABA, 'subscribed_apps', { data: [{ whatsapp_business_api_data: {} }] }],
    ['assets', () => flow, 'assets', { data: [{ name: 'flow.json' }] }],
    ['block_users', () => PHONE, 'block_users{wa_id}', { data: [{ wa_id: BLOCKED }] }],
  ])('is expanded: %s', async (_name, id, fields, wanted) => {
    const body = await fieldsOf(id(), fields);
    expect(body[/^\w+/.exec(fields)![0]]).toMatchObject(wanted);
  });
});

describe('the fields of a number', () => {
  it('are those that clients ask for', async () => {
    const { error, ...shown } = await fieldsOf(
      PHONE,
      'id,verified_name,display_phone_number,conversational_automation,status,quality_rating,quality_score,webhook_configuration,name_status,new_name_status,code_verification_status,account_mode,is_on_biz_app,is_official_business_account,is_pin_enabled,is_preverified_number,search_visibility,platform_type,throughput,eligibility_for_api_business_global_search,health_status,certificate,new_certificate,last_onboarded_time,country_code,country_dial_code,whatsapp_business_manager_messaging_limit',
    );
    expect(error).toBeUndefined();
    expect(shown).toMatchObject({
      search_visibility: 'NON_VISIBLE',
      eligibility_for_api_business_global_search: 'NON_ELIGIBLE_VERIFIED_LEVEL',
      quality_score: { score: 'GREEN' },
      webhook_configuration: { application: 'http://127.0.0.1:9/hook' },
      is_on_biz_app: false,
      country_code: 'IN',
      country_dial_code: '91',
    });
    expect(shown.health_status).toEqual({
      can_send_message: 'AVAILABLE',
      entities: [
        { entity_type: 'PHONE_NUMBER', id: PHONE, can_send_message: 'AVAILABLE' },
        { entity_type: 'WABA', id: WABA, can_send_message: 'AVAILABLE' },
        { entity_type: 'BUSINESS', id: expect.any(String), can_send_message: 'AVAILABLE' },
        { entity_type: 'APP', id: expect.any(String), can_send_message: 'AVAILABLE' },
      ],
    });
  });

  it('say when it cannot send', async () => {
    const second = '1060000000000002';
    await simulator.graph('POST', `/${second}/deregister`);
    expect((await fieldsOf(second, 'health_status{can_send_message}')).health_status).toEqual({
      can_send_message: 'BLOCKED',
    });
  });
});

it.each<[string, string, object]>([
  [
    WABA,
    'id,name,timezone_id,message_template_namespace,status,business_verification_status,is_enabled_for_insights,marketing_messages_lite_api_status,marketing_messages_onboarding_status,on_behalf_of_business_info,ownership_type,health_status,currency,country,subscribed_apps,owner_business_info,account_review_status,disable_marketing_messages_on_cloud_api',
    { currency: 'INR', disable_marketing_messages_on_cloud_api: false, owner_business_info: {} },
  ],
  [
    `${PHONE}/whatsapp_commerce_settings`,
    'catalog_id,is_catalog_visible,is_cart_enabled',
    { data: [{ is_catalog_visible: false, id: PHONE }] },
  ],
])('%s has the fields that clients ask for', async (path, fields, wanted) => {
  expect(await fieldsOf(path, fields)).toMatchObject(wanted);
});

describe('a flow', () => {
  it('shows its account as far as is asked, and when it was changed', async () => {
    const of = (fields: string) => fieldsOf(flow, fields);
    expect((await of('whatsapp_business_account')).whatsapp_business_account).toEqual({
      id: WABA,
      name: expect.any(String),
      currency: 'INR',
      timezone_id: '71',
      message_template_namespace: expect.any(String),
    });
    expect((await of('whatsapp_business_account{country}')).whatsapp_business_account).toEqual({
      country: 'IN',
      id: WABA,
    });
    expect((await of('updated_at')).updated_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
  });
});

it.each(['', '/message_templates', '/phone_numbers'])('a slash at the end is no error: %s', async (path) => {
  const [bare, slashed] = [await get(`/${WABA}${path}`), await get(`/${WABA}${path}/`)];
  expect(slashed.error).toBeUndefined();
  expect(slashed).toEqual(bare);
});

it('a list of templates is filtered by several values in one text', async () => {
  const { data } = await get(
    `/${WABA}/message_templates?category=MARKETING,AUTHENTICATION&status=APPROVED,PAUSED`,
  );
  expect(data.map(({ name }: { name: string }) => name)).toEqual(['diwali_offer']);
});
