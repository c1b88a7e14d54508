import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  PHONE,
  simulatorWithReceiver,
  WABA,
  type TestSimulator,
  type WebhookReceiver,
} from '../simulator.harness.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;

beforeAll(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver());
});
afterAll(() => simulator.close());

const SECOND = '1060000000000002';
const whatsapp = { messaging_product: 'whatsapp' };

describe('the business profile', () => {
  const at = `/${PHONE}/whatsapp_business_profile`;
  const edit = (fields: object) => simulator.graph('POST', at, { ...whatsapp, ...fields });
  const show = async (query = '') => (await simulator.graph('GET', at + query)).body.data;

  it('shows what was written', async () => {
    expect(await show()).toEqual([{ vertical: 'UNDEFINED', ...whatsapp }]);
    const websites = ['https://x.in', 'http://y.in'];
    const { status, body } = await edit({ about: 'Sweets', vertical: 'RETAIL', websites, email: 'a@x.in' });
    expect([status, body]).toEqual([200, { success: true }]);
    expect(await show()).toEqual([
      { about: 'Sweets', vertical: 'RETAIL', websites, email: 'a@x.in', ...whatsapp },
    ]);
    await edit({ email: '' });
    expect(await show('?fields=about,email')).toEqual([{ about: 'Sweets', ...whatsapp }]);
  });

  it('takes a form, lists in PHP’s way', async () => {
    const form =
      'messaging_product=whatsapp&address=Ahmedabad&websites[]=https://a.in&websites[]=https://b.in';
    const { body } = await simulator.call('POST', at, form, {
      authorization: 'Bearer simulator-token',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(body).toEqual({ success: true });
    expect(await show('?fields=address,websites')).toEqual([
      { address: 'Ahmedabad', websites: ['https://a.in', 'https://b.in'], ...whatsapp },
    ]);
  });

  it('takes a list in JSON text', async () => {
    await edit({ websites: '["https://c.in"]' });
    expect(await show('?fields=websites')).toEqual([{ websites: ['https://c.in'], ...whatsapp }]);
  });

  it.each<[object, string]>([
    [{ about: 'x'.repeat(140) }, 'Param about must be at most 139 characters long.'],
    [{ about: '' }, 'The parameter about is required.'],
    [{ description: 'x'.repeat(513) }, 'Param description must be at most 512 characters long.'],
    [{ websites: ['https://a', 'https://b', 'https://c'] }, 'Param websites must have at most 2 elements.'],
    [{ websites: ['a.in'] }, 'Param websites[0] is not a valid URI.'],
    [{ vertical: 'SWEETS' }, 'Param vertical must be one of {OTHER, '],
    [{ profile_picture_handle: '4::x' }, 'Param profile_picture_handle is not'],
    [{ messaging_product: undefined }, 'The parameter messaging_product is required.'],
  ])('refuses %j', async (fields, message) => {
    const { status, body } = await edit(fields);
    expect([status, body.error.code]).toEqual([400, 100]);
    expect(body.error.message).toContain(`(#100) ${message}`);
  });
});

describe('a resumable upload', () => {
  const token = { authorization: 'OAuth simulator-token' };
  const begin = (query: string) => simulator.graph('POST', `/670000000000001/uploads?${query}`);
  const bring = (id: string, bytes: Uint8Array, offset: number) =>
    fetch(`${simulator.url}/v25.0/${id}`, {
      method: 'POST',
      headers: {
        ...token,
        file_offset: String(offset),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new Uint8Array(bytes),
    }).then((answer) => answer.json() as Promise<Record<string, unknown>>);

  it('takes the bytes in parts and answers a handle that a profile takes', async () => {
    const bytes = Buffer.from([0xff, 0xd8, 0xff, 0x80, 0, 1]);
    const { body } = await begin('file_name=a.jpg&file_length=6&file_type=image/jpeg');
    expect(body.id).toMatch(/^upload:[\w-]+\?sig=[\w-]+$/);
    const id = body.id as string;
    expect(await bring(id, bytes.subarray(0, 4), 0)).toMatchObject({ file_offset: 4 });
    expect((await simulator.graph('GET', `/${id}`)).body).toMatchObject({ file_offset: 4 });
    expect(await bring(id, bytes, 0)).toMatchObject({ error: { code: 100 } });
    const { h } = await bring(id, bytes.subarray(4), 4);
    expect(h).toMatch(/^4::[\w=+/]+:ARb/);
    const profile = `/${PHONE}/whatsapp_business_profile`;
    await simulator.graph('POST', profile, { ...whatsapp, profile_picture_handle: h });
    const { data } = (await simulator.graph('GET', `${profile}?fields=profile_picture_url`)).body;
    expect(data[0].profile_picture_url).toMatch(/^https:/);
  });

  it.each([
    'file_name=a&file_type=image/jpeg',
    'file_length=0&file_type=image/jpeg',
    'file_length=5&file_type=image/gif',
  ])('refuses %s', async (query) => {
    expect((await begin(query)).body.error.code).toBe(100);
  });

  it('is unknown where nobody began it', async () => {
    expect((await simulator.graph('GET', '/upload:x?sig=y')).body.error).toMatchObject({
      code: 100,
      error_subcode: 33,
    });
  });
});

describe('the block list', () => {
  const at = `/${PHONE}/block_users`;
  const call = (method: string, ...users: string[]) =>
    simulator.graph(method, at, { ...whatsapp, block_users: users.map((user) => ({ user })) });
  const KNOWN = '918899332001';

  it('takes who wrote lately, who then cannot be written to nor write', async () => {
    await simulator.openWindow(KNOWN);
    expect((await call('POST', `+${KNOWN}`)).body).toEqual({
      ...whatsapp,
      block_users: { added_users: [{ input: `+${KNOWN}`, wa_id: KNOWN }] },
    });
    expect((await simulator.graph('GET', at)).body.data).toEqual([{ ...whatsapp, wa_id: KNOWN }]);
    const { status, body } = await simulator.sendText('hi', { to: KNOWN });
    expect([status, body.error.code]).toEqual([400, 130403]);
    expect((await simulator.openWindow(KNOWN)).status).toBe(400);
    expect((await call('DELETE', KNOWN)).body.block_users).toEqual({
      removed_users: [{ input: KNOWN, wa_id: KNOWN }],
    });
    expect((await simulator.sendText('hi', { to: KNOWN })).status).toBe(200);
    expect((await simulator.graph('GET', at)).body).toEqual({ data: [] });
  });

  it('says whom it could not block, and blocks the others', async () => {
    await simulator.openWindow(KNOWN);
    const { status, body } = await call('POST', KNOWN, '918899332002', '918000000001');
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 139100, message: '(#139100) Failed to block/unblock users' });
    expect(body.block_users.added_users).toEqual([{ input: KNOWN, wa_id: KNOWN }]);
    expect(
      body.block_users.failed_users.map(
        ({ wa_id: waId, errors }: { wa_id: string; errors: { code: number }[] }) => [waId, errors[0]!.code],
      ),
    ).toEqual([
      ['918899332002', 131047],
      ['918000000001', 131021],
    ]);
    await call('DELETE', KNOWN);
  });
});

describe('a number', () => {
  const send = () =>
    simulator.send(
      { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } },
      SECOND,
    );

  it('sends only while it is registered', async () => {
    const register = (pin: unknown) => simulator.graph('POST', `/${SECOND}/register`, { ...whatsapp, pin });
    expect((await register('12')).body.error.code).toBe(100);
    expect((await register('123456')).body).toEqual({ success: true });
    expect((await simulator.graph('POST', `/${SECOND}/deregister`)).body).toEqual({ success: true });
    expect((await simulator.graph('GET', `/${SECOND}?fields=status`)).body.status).toBe('DISCONNECTED');
    expect((await send()).body.error.code).toBe(133010);
    expect((await register('654321')).body.error.code).toBe(133005);
    await simulator.graph('POST', `/${SECOND}`, { pin: '654321' });
    expect((await register('654321')).body).toEqual({ success: true });
    expect((await send()).status).toBe(200);
  });

  it('is refused while its throughput is raised, then takes more and tells it', async () => {
    await simulator.control('POST', '/behaviour', { throughputPerSecond: 4 });
    const raise = (fields: object) =>
      simulator.control('POST', `/phone-numbers/${SECOND}/throughput`, fields);
    expect((await raise({ level: 'HIGH', maintenanceMs: 1500 })).status).toBe(200);
    const refused = await send();
    expect([refused.status, refused.body.error.code]).toEqual([500, 131057]);
    const told = await receiver.until(() =>
      receiver.values().find(({ event }) => event === 'THROUGHPUT_UPGRADE'),
    );
    expect(told).toMatchObject({ display_phone_number: '918000000002' });
    expect((await simulator.graph('GET', `/${SECOND}?fields=throughput`)).body.throughput).toEqual({
      level: 'HIGH',
    });
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await raise({ level: 'STANDARD' });
    expect((await raise({ level: 'TURBO' })).status).toBe(400);
    const { data } = (await simulator.graph('GET', `/${WABA}/phone_numbers?fields=throughput`)).body;
    expect(data.map(({ throughput }: { throughput: { level: string } }) => throughput.level)).toEqual([
      'STANDARD',
      'STANDARD',
    ]);
    await simulator.control('POST', '/reset');
  });
});

describe('a flow', () => {
  it('shows what is asked for, nested too', async () => {
    const { data } = (await simulator.graph('GET', `/${WABA}/flows`)).body;
    const fields = 'name,status,preview.invalidate(false),whatsapp_business_account{id},health_status';
    expect((await simulator.graph('GET', `/${data[0].id}?fields=${fields}`)).body).toEqual({
      id: data[0].id,
      name: 'appointment_booking',
      status: 'PUBLISHED',
      preview: {
        preview_url: expect.stringMatching(/^https:/),
        expires_at: expect.stringMatching(/\+0000$/),
      },
      whatsapp_business_account: { id: WABA },
      health_status: expect.objectContaining({ can_send_message: 'AVAILABLE' }),
    });
  });
});
