import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PHONE, simulatorForTests, type Json, type TestSimulator } from '../simulator.harness.js';

let simulator: TestSimulator;
beforeAll(async () => {
  simulator = await simulatorForTests();
});
afterAll(() => simulator.close());

const call = async (method: string, path = '', body?: object): Promise<Json> =>
  (await simulator.graph(method, `/${PHONE}/message_qrdls${path}`, body)).body;

describe('a QR code', () => {
  it('is made, shown, changed and deleted', async () => {
    const made = await call('POST', '', { prefilled_message: 'Cyber Monday', generate_qr_image: 'PNG' });
    expect(made).toEqual({
      code: expect.stringMatching(/^[A-Z2-7]{14}$/),
      prefilled_message: 'Cyber Monday',
      deep_link_url: `https://wa.me/message/${made.code}`,
      qr_image_url: expect.stringMatching(/^https:.*\.png$/),
    });
    const { qr_image_url: _image, ...shown } = made;
    expect(await call('GET', `/${made.code}`)).toEqual({ data: [shown] });
    const changed = { ...shown, prefilled_message: 'Cyber Tuesday' };
    expect(await call('POST', '', { code: made.code, prefilled_message: 'Cyber Tuesday' })).toEqual(changed);
    expect((await call('GET')).data).toEqual([changed]);
    expect(await call('DELETE', `/${made.code}`)).toEqual({ success: true });
    expect(await call('GET')).toEqual({ data: [] });
  });

  it('shows its picture to who asks, and is found by its code', async () => {
    const { code } = await call('POST', '', { prefilled_message: 'One' });
    await call('POST', '', { prefilled_message: 'Two' });
    const fields = encodeURIComponent('prefilled_message,qr_image_url.format(SVG)');
    expect((await call('GET', `?code=${code}&fields=${fields}`)).data).toEqual([
      { prefilled_message: 'One', qr_image_url: expect.stringMatching(/\.svg$/) },
    ]);
    expect((await call('POST', `/${code}`, { prefilled_message: 'Three' })).prefilled_message).toBe('Three');
    const edges = encodeURIComponent('message_qrdls.limit(1){prefilled_message}');
    const { message_qrdls: page } = (await simulator.graph('GET', `/${PHONE}?fields=${edges}`)).body;
    expect([page.data.length, page.paging.next]).toEqual([1, expect.stringContaining('/message_qrdls?')]);
  });

  it.each<[string, string, string, object | undefined, number, RegExp]>([
    ['without a message', 'POST', '', {}, 100, /prefilled_message is required/],
    [
      'with 141 characters',
      'POST',
      '',
      { prefilled_message: 'x'.repeat(141) },
      100,
      /at most 140 characters/,
    ],
    [
      'with a picture of another kind',
      'POST',
      '',
      { prefilled_message: 'x', generate_qr_image: 'GIF' },
      100,
      /must be one of \{SVG, PNG\} - got "GIF"/,
    ],
    ['of an unknown code', 'GET', '/AAAAAAAAAAAAAA', undefined, 100, /^Unsupported get request/],
    ['of an unknown code', 'DELETE', '/AAAAAAAAAAAAAA', undefined, 100, /^Unsupported delete request/],
    [
      'of an unknown code',
      'POST',
      '',
      { code: 'A', prefilled_message: 'x' },
      100,
      /^Unsupported post request/,
    ],
  ])('is refused %s (%s)', async (_name, method, path, body, code, text) => {
    const { error } = await call(method, path, body);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(text)]);
  });

  it('of which nothing is kept when its picture is refused', async () => {
    const { length } = (await call('GET', '?limit=100')).data;
    await call('POST', '', { prefilled_message: 'x', generate_qr_image: 'GIF' });
    expect((await call('GET', '?limit=100')).data).toHaveLength(length);
  });

  it('is one of 2,000 at most', async () => {
    const { length } = (await call('GET', '?limit=3000')).data;
    for (let n = length; n < 2_000; n += 1) await call('POST', '', { prefilled_message: `No. ${n}` });
    expect((await call('POST', '', { prefilled_message: 'one more' })).error.message).toMatch(/at most 2000/);
  });
});
