import { headersOf, isForm, urlOf, type Call } from './call.js';

/** An HTTP answer, whatever its status. */
export type Sent = {
  readonly status: number;
  readonly milliseconds: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly type: string;
  readonly body: Blob;
  /** The parsed body, if it is JSON. */
  readonly json?: unknown;
};

const SHOWN_HEADERS = [
  'X-Request-Id',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Idempotency-Replayed',
  'Location',
];

/** Sends the call to the server of this page. Throws if there is no answer. */
export async function send(call: Call, base: string, credential: string): Promise<Sent> {
  const began = performance.now();
  const answer = await fetch(urlOf(call, base), {
    method: call.operation.method,
    headers: [
      ...headersOf(call).map(([name, value]): [string, string] => [name, value]),
      ...(credential ? [['authorization', `Bearer ${credential}`] as [string, string]] : []),
      ...(call.body === undefined ? [] : [['content-type', 'application/json'] as [string, string]]),
    ],
    body: isForm(call.operation) ? formOf(call.file) : (call.body ?? null),
    credentials: 'omit',
    redirect: 'error',
    cache: 'no-store',
  });
  const body = await answer.blob();
  const milliseconds = performance.now() - began;
  const type = answer.headers.get('content-type') ?? '';
  const isJson = /^application\/(\w+\+)?json/.test(type);
  return {
    status: answer.status,
    milliseconds,
    headers: SHOWN_HEADERS.flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
    type,
    body,
    ...(isJson && { json: JSON.parse(await body.text()) as unknown }),
  };
}

function formOf(file: File | undefined): FormData {
  const form = new FormData();
  if (file) form.set('file', file);
  return form;
}
