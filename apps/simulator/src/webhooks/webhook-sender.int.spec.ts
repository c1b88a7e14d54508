import { describe, expect, it } from '@jest/globals';
import { simulatorForTests, webhookReceiver } from '../simulator.harness.js';

describe('webhooks', () => {
  it('are signed over their bytes, escaped as Meta escapes', async () => {
    const receiver = await webhookReceiver();
    const simulator = await simulatorForTests({ webhookUrl: receiver.url, appSecret: 'another-secret' });
    await simulator.control('POST', '/inbound', {
      from: '918899332211',
      message: { type: 'text', text: { body: 'é 👍 https://x.in' } },
    });
    await receiver.until(() => receiver.messages().length === 1);
    const [hook] = receiver.received;
    expect(receiver.signatureIsRight(hook!, 'another-secret')).toBe(true);
    expect(receiver.signatureIsRight(hook!)).toBe(false);
    expect(hook!.raw).toContain('"body":"\\u00e9 \\ud83d\\udc4d https:\\/\\/x.in"');
    expect(hook!.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'facebookexternalua',
    });
    await simulator.close();
    await receiver.close();
  });

  it('come again until the answer is 200, the same bytes', async () => {
    const receiver = await webhookReceiver();
    const simulator = await simulatorForTests({ webhookUrl: receiver.url });
    await receiver.until(() => receiver.handshakes.length === 1);
    receiver.answers.push(500, 202);
    await simulator.openWindow();
    await receiver.until(() => receiver.received.length === 3);
    const [first, second, third] = receiver.received;
    expect([second!.raw, third!.raw]).toEqual([first!.raw, first!.raw]);
    expect(third!.at - second!.at).toBeGreaterThan(400);
    await simulator.close();
    await receiver.close();
  });

  it('reach an app that starts later, and verify it then', async () => {
    const early = await webhookReceiver();
    const { url } = early;
    await early.close();
    const simulator = await simulatorForTests();
    const set = await simulator.control('POST', '/webhook', { url, secret: 's', verifyToken: 'token' });
    expect(set.body).toEqual({ url, verifyToken: 'token', verified: false });
    const { body } = await simulator.openWindow();

    const receiver = await webhookReceiver();
    await simulator.control('POST', '/webhook', { url: receiver.url, secret: 's', verifyToken: 'token' });
    await receiver.until(
      () => receiver.messages().some(({ id }) => id === body.wamid) && receiver.handshakes.length > 0,
    );
    expect(receiver.signatureIsRight(receiver.received[0]!, 's')).toBe(true);
    const { searchParams } = receiver.handshakes[0]!;
    expect(Object.fromEntries(searchParams)).toEqual({
      'hub.mode': 'subscribe',
      'hub.challenge': expect.stringMatching(/^\d+$/),
      'hub.verify_token': 'token',
    });
    await expect(simulator.control('GET', '/webhook')).resolves.toMatchObject({ body: { verified: true } });
    await simulator.close();
    await receiver.close();
  });
});
