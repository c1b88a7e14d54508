import { describe, expect, it } from '@jest/globals';
import { newWebhookSecret } from '@wbiz/contracts/webhook';
import { Webhook } from 'standardwebhooks';
import { keyOf, signatureHeaders } from './signature.js';

const BODY = Buffer.from('{"test": 2432232314}');

describe('a signature', () => {
  it('is that of the example in the Standard Webhooks libraries', () =>
    expect(
      signatureHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, BODY, [
        keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
      ]),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }));

  it('is verified by the public library with either secret, and with no other', () => {
    const [old, next] = [newWebhookSecret(), newWebhookSecret()];
    const headers = signatureHeaders('evt_1', Date.now(), BODY, [keyOf(next), keyOf(old)]);
    for (const secret of [old, next])
      expect(new Webhook(secret).verify(BODY, headers)).toEqual({ test: 2432232314 });
    expect(() => new Webhook(newWebhookSecret()).verify(BODY, headers)).toThrow('No matching signature');
    expect(() => new Webhook(old).verify('{"test":2432232314}', headers)).toThrow('No matching signature');
  });

  it('is made with a key of 32 bytes', () => {
    expect(newWebhookSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(keyOf(newWebhookSecret())).toHaveLength(32);
  });
});
