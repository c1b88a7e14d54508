import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MediaKind } from './media/media.rules.js';
import { SAMPLE_FILES } from './media/sample-files.js';
import { DEFAULT_APP_SECRET, DEFAULT_TOKEN, startSimulator, type SimulatorOptions } from './simulator.js';

export const WABA = '1000000000000001';
export const PHONE = '1060000000000001';

// `any`: expectations, not types, check the shape of answers.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export type Received = {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly body: Json;
  readonly at: number;
};

export type WebhookReceiver = Awaited<ReturnType<typeof webhookReceiver>>;

/** The app that receives webhooks: keeps each one; answers with the next HTTP status in `answers`, or 200 if it is empty. */
export async function webhookReceiver() {
  const received: Received[] = [];
  const answers: number[] = [];
  const handshakes: URL[] = [];
  let heard = () => {};
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://receiver');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.statusCode = answers.shift() ?? 200;
      if (request.method === 'GET') {
        handshakes.push(url);
        response.end(url.searchParams.get('hub.challenge'));
      } else {
        const raw = Buffer.concat(chunks).toString('latin1');
        received.push({ headers: request.headers, raw, body: JSON.parse(raw), at: performance.now() });
        response.end();
      }
      heard();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  /** Calls `find` after each webhook and resolves to what it finds; fails if it has found nothing after 10 s. */
  const until = <T>(find: () => T | undefined | false): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new Error(`not heard; received: ${JSON.stringify(received.map(({ body }) => body as Json))}`),
          ),
        10_000,
      );
      heard = () => {
        const found = find();
        if (found === undefined || found === false) return;
        clearTimeout(timer);
        heard = () => {};
        resolve(found);
      };
      heard();
    });

  const values = (): Json[] =>
    received
      .flatMap(({ body }) => body.entry.flatMap(({ changes }: Json) => changes))
      .map(({ value }: Json) => value);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    handshakes,
    until,
    values,
    statuses: (wamid?: string): Json[] =>
      values()
        .flatMap(({ statuses }) => statuses ?? [])
        .filter(({ id }) => wamid === undefined || id === wamid),
    messages: (): Json[] => values().flatMap(({ messages }) => messages ?? []),
    signatureIsRight: ({ headers, raw }: Received, secret = DEFAULT_APP_SECRET) =>
      headers['x-hub-signature-256'] ===
      `sha256=${createHmac('sha256', secret).update(raw, 'latin1').digest('hex')}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Starts a simulator on a free port with short status delays; resolves to functions that call it. */
export async function simulatorForTests(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({
    log: () => {},
    ...options,
    behaviour: { statusDelayMs: [5, 15], ...options.behaviour },
  });

  const call = async (method: string, path: string, body: unknown, headers: Record<string, string>) => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as Json };
  };

  const graph = (method: string, path: string, body?: unknown, token = DEFAULT_TOKEN) =>
    call(method, `/v25.0${path}`, body, token === '' ? {} : { authorization: `Bearer ${token}` });
  const control = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(method, `/_control${path}`, body, headers);
  const send = (message: object, phone = PHONE) =>
    graph('POST', `/${phone}/messages`, { messaging_product: 'whatsapp', to: '+918899332211', ...message });

  const upload = async (bytes: Uint8Array, type: string, { name = 'file', phone = PHONE } = {}) => {
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('type', type);
    form.set('file', new Blob([new Uint8Array(bytes)], { type }), name);
    const response = await fetch(`${simulator.url}/v25.0/${phone}/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${DEFAULT_TOKEN}` },
      body: form,
    });
    return { status: response.status, body: (await response.json()) as Json };
  };

  let templates = 0;
  /** Creates a template; its name is a new one unless `more` has a name. */
  const createTemplate = (components: unknown, more: object = {}) =>
    graph('POST', `/${WABA}/message_templates`, {
      name: `template_${(templates += 1)}`,
      language: 'en_US',
      category: 'UTILITY',
      components,
      ...more,
    });

  return {
    url: simulator.url,
    close: () => simulator.close(),
    createTemplate,
    call,
    upload,
    /** Uploads a sample file of this kind; resolves to the media id. */
    uploaded: async (kind: MediaKind) =>
      (await upload(SAMPLE_FILES[kind].bytes, SAMPLE_FILES[kind].mimeType)).body.id as string,
    graph,
    control,
    send,
    sendText: (body = 'hello', more: object = {}) => send({ type: 'text', text: { body }, ...more }),
    sendTemplate: (name = 'hello_world', components?: unknown, more: object = {}) =>
      send({ type: 'template', template: { name, language: { code: 'en_US' }, components }, ...more }),
    openWindow: (from = '918899332211') =>
      control('POST', '/inbound', { from, message: { type: 'text', text: { body: 'hi' } } }),
  };
}

export type TestSimulator = Awaited<ReturnType<typeof simulatorForTests>>;

/** A simulator and the receiver of its webhooks; `simulator.close()` closes both. */
export async function simulatorWithReceiver(options: SimulatorOptions = {}) {
  const receiver = await webhookReceiver();
  const simulator = await simulatorForTests({ webhookUrl: receiver.url, ...options });
  const close = async () => {
    await simulator.close();
    await receiver.close();
  };
  return { simulator: { ...simulator, close }, receiver };
}

export const texts = (...values: string[]) => ({
  type: 'body',
  parameters: values.map((text) => ({ type: 'text', text })),
});
