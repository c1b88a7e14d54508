import { PROBLEMS, type ProblemCode } from '@wbiz/contracts/problem';

/** An RFC 9457 problem. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'What went wrong (RFC 9457). `code` is stable; `detail` is for people.',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    requestId: { type: 'string', description: 'The same as X-Request-Id.' },
    errors: {
      type: 'array',
      description: 'One entry for each fault of a field.',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: {
          pointer: {
            type: 'string',
            description: 'JSON Pointer into the body, or `?name` for a query parameter.',
          },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
    messageId: { type: 'string', description: 'The message that failed, or whose outcome is pending.' },
    metaCode: { type: 'integer', description: "Meta's error code." },
    metaSubcode: { type: 'integer', description: "Meta's error subcode." },
    details: { type: 'string', description: "Meta's details." },
    scope: { type: 'string', description: 'The scope that was missing.' },
  },
};

const text = (description: string, example: string) => ({ description, schema: { type: 'string' }, example });
const UNLIMITED = 'Not there for a key that is not limited: none of the RateLimit headers is.';
const count = (description: string) => ({ description, schema: { type: 'integer' } });
export const HEADERS = {
  'X-Request-Id': text(
    'Names the request; your own X-Request-Id, if you sent one.',
    'req_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E',
  ),
  'RateLimit-Policy': text(
    `The limits of the key (draft-ietf-httpapi-ratelimit-headers). ${UNLIMITED}`,
    '"minute";q=600;w=60, "burst";q=120;w=10',
  ),
  RateLimit: text(
    `What is left of them, and for how many seconds. ${UNLIMITED}`,
    '"minute";r=598;t=41, "burst";r=118;t=1',
  ),
  'X-RateLimit-Limit': count(`Requests a minute; on a 429 the limit that was reached. ${UNLIMITED}`),
  'X-RateLimit-Remaining': count(`What is left of it. ${UNLIMITED}`),
  'X-RateLimit-Reset': count(`When it begins anew, in seconds since 1970. ${UNLIMITED}`),
  'Retry-After': count('Seconds after which to try again.'),
};

export const REQUEST_HEADERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'At most 255 printable ASCII characters of your choice. The same key with the same body answers the first ' +
      'result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  Prefer: {
    name: 'Prefer',
    in: 'header',
    description: '`respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta.',
    schema: { type: 'string' },
  },
};

/** Responses by status, with an example per code. */
export function problemResponses(codes: readonly ProblemCode[]): Record<string, object> {
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const own = [...new Set(codes)].filter((code) => PROBLEMS[code].status === status);
      const later = status === 429 || status === 503 || own.includes('idempotency_in_progress');
      return [
        status,
        {
          description: own.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join('\n\n'),
          ...(later && { headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } } }),
          content: {
            'application/problem+json': {
              schema: { $ref: '#/components/schemas/Problem' },
              examples: Object.fromEntries(
                own.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
              ),
            },
          },
        },
      ];
    }),
  );
}

/** An example problem for every code. */
export const EXAMPLES = Object.fromEntries(
  Object.entries(PROBLEMS).map(([code, { status, title }]) => {
    const type = `urn:wbiz:problem:${code}`;
    const requestId = 'req_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';
    return [code, { summary: title, value: { type, title, status, detail: `${title}.`, code, requestId } }];
  }),
);
