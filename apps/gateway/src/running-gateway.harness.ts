import type { Answers } from '@wbiz/service-testing/peers';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { startSimulator } from '@wbiz/simulator/simulator';
import { GATEWAY } from './gateway.service.js';

export const ADMIN_TOKEN = 'an-admin-token-for-specs';
export const APP_SECRET = 'simulator-app-secret';
export const VERIFY_TOKEN = 'simulator-verify-token';

export type Answer = { status: number; headers: Headers; body: Record<string, unknown> };

/** The whole gateway, with the simulator as Meta and stand-ins for its peers. */
export async function runningGateway(more: NodeJS.ProcessEnv = {}, peers: Answers = {}) {
  const simulator = await startSimulator({ log: () => undefined });
  const gateway = await serviceUnderTest(GATEWAY, {
    peers,
    env: {
      CLOUD_API_URL: simulator.url,
      ADMIN_TOKEN,
      META_APP_SECRET: APP_SECRET,
      META_VERIFY_TOKEN: VERIFY_TOKEN,
      ...more,
    },
  });
  const { app, runtime, url: origin, healthUrl } = await gateway.start();
  const url = `${origin}/api`;

  return {
    ...gateway,
    app,
    runtime,
    url,
    healthUrl,
    admin: (
      method: string,
      path: string,
      body?: unknown,
      token: string | null = ADMIN_TOKEN,
      headers: Record<string, string> = {},
    ) =>
      call(`${url}/admin/v1${path}`, method, body, {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      }),
    simulatorUrl: simulator.url,
    control: (path: string, body: unknown) => call(`${simulator.url}/_control${path}`, 'POST', body, {}),
    close: async () => {
      await gateway.close();
      await simulator.close();
    },
  };
}
export type RunningGateway = Awaited<ReturnType<typeof runningGateway>>;

export async function call(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers: { ...type, ...headers }, ...json });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text ? (JSON.parse(text) as Answer['body']) : {},
  };
}
