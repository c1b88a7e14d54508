import { createHmac, randomInt } from 'node:crypto';
import { Agent, request } from 'undici';
import type { WebhookTarget } from '../graph/nodes.js';

const TIMEOUT_MS = 10_000;

/** Meta's calls to the app. Each resolves to undefined if the app answered as expected, or to what went wrong. */
export function openWebhookClient(connections: number) {
  const agent = new Agent({ connections, pipelining: 1, keepAliveTimeout: 4_000 });
  const options = { dispatcher: agent, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };

  return {
    /** Posts a signed webhook; expects 200. */
    async post({ url, secret }: WebhookTarget, body: Buffer): Promise<string | undefined> {
      const signature = createHmac('sha256', secret).update(body).digest('hex');
      try {
        const answer = await request(url, {
          ...options,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'user-agent': 'facebookexternalua',
            'x-hub-signature-256': `sha256=${signature}`,
          },
          body,
        });
        await answer.body.dump();
        return answer.statusCode === 200 ? undefined : `HTTP ${answer.statusCode}`;
      } catch (error) {
        return (error as Error).message;
      }
    },
    /** Asks the app to verify its webhook; expects 200 with the challenge. */
    async shakeHands(target: WebhookTarget): Promise<string | undefined> {
      const challenge = String(randomInt(1_000_000_000, 2_000_000_000));
      const url = new URL(target.url);
      url.searchParams.set('hub.mode', 'subscribe');
      url.searchParams.set('hub.challenge', challenge);
      url.searchParams.set('hub.verify_token', target.verifyToken);
      try {
        const answer = await request(url, options);
        const text = await answer.body.text();
        return answer.statusCode === 200 && text === challenge ? undefined : `HTTP ${answer.statusCode}`;
      } catch (error) {
        return (error as Error).message;
      }
    },
    close: () => agent.destroy(),
  };
}

export type WebhookClient = ReturnType<typeof openWebhookClient>;
