import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { FEED_EVENT_TYPES } from '@wbiz/contracts/event-catalogue';
import { SCOPES } from '@wbiz/contracts/scopes';
import { GatewayModule } from '../gateway.module.js';
import { GOOD_SENDS } from '../messages/sends.samples.js';
import { openApiDocument } from './document.js';

type Operation = {
  operationId: string;
  summary: string;
  security: { apiKey?: string[]; adminToken?: string[] }[];
  tags: string[];
  requestBody?: { content: { 'application/json': { example: object } } };
  responses: Record<string, { description: string; content?: object }>;
};

let document: {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<
    string,
    { post: { requestBody: { content: { 'application/json': { schema: { properties: object } } } } } }
  >;
  components: { schemas: object };
};
let operations: [string, Operation][];
beforeAll(async () => {
  document = (await openApiDocument(GatewayModule)) as typeof document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation,
    ]),
  );
});

it('is what is committed: run `npm run specs` after a change', () => {
  const file = createRequire(import.meta.url).resolve('@wbiz/contracts/specs/openapi.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(document)));
});

it('covers the routes of the reference that are there, each with its scope', () => {
  const scopes = Object.fromEntries(
    operations.map(([route, { security }]) => [route, security[0]!.apiKey ?? 'operators']),
  );
  expect(scopes).toMatchObject({
    'get /v1/me': [],
    'get /v1/account': [],
    'post /v1/messages/text': ['messages:send'],
    'post /v1/messages/template': ['messages:send'],
    'post /v1/messages/media': ['messages:send'],
    'post /v1/messages/interactive': ['messages:send'],
    'post /v1/messages/location': ['messages:send'],
    'post /v1/messages/reaction': ['messages:send'],
    'post /v1/messages/contacts': ['messages:send'],
    'post /v1/messages/batch': ['messages:send'],
    'post /v1/messages/{id}/read': ['messages:send'],
    'get /v1/messages': ['messages:read'],
    'get /v1/messages/{id}': ['messages:read'],
    'get /v1/conversations': ['inbox:read'],
    'get /v1/conversations/{id}': ['inbox:read'],
    'get /v1/conversations/{id}/messages': ['inbox:read'],
    'patch /v1/conversations/{id}': ['inbox:write'],
    'get /v1/templates': ['templates:read'],
    'get /v1/templates/{id}': ['templates:read'],
    'post /v1/templates/sync': ['templates:write'],
    'get /v1/flows': ['flows:read'],
    'get /v1/flows/{id}': ['flows:read'],
    'post /v1/flows/{id}/send': ['flows:write'],
    'post /v1/media': ['media:write'],
    'get /v1/media/{id}': ['media:write'],
    'get /v1/media/{id}/content': ['media:write'],
    'delete /v1/media/{id}': ['media:write'],
    'get /v1/interactive': ['interactive:write'],
    'post /v1/interactive': ['interactive:write'],
    'get /v1/interactive/{id}': ['interactive:write'],
    'patch /v1/interactive/{id}': ['interactive:write'],
    'delete /v1/interactive/{id}': ['interactive:write'],
    'post /v1/interactive/{id}/send': ['interactive:write'],
    'get /v1/events': ['events:read'],
    'get /v1/campaigns': ['campaigns:read'],
    'post /v1/campaigns': ['campaigns:write'],
    'post /v1/campaigns/audience-preview': ['campaigns:read'],
    'get /v1/campaigns/{id}': ['campaigns:read'],
    'get /v1/campaigns/{id}/progress': ['campaigns:read'],
    'patch /v1/campaigns/{id}': ['campaigns:write'],
    'post /v1/campaigns/{id}/pause': ['campaigns:write'],
    'post /v1/campaigns/{id}/resume': ['campaigns:write'],
    'post /v1/campaigns/{id}/cancel': ['campaigns:write'],
    'post /v1/campaigns/{id}/retry-failed': ['campaigns:write'],
    'get /v1/campaigns/{id}/recipients': ['campaigns:read'],
    'get /v1/webhooks': ['webhooks:manage'],
    'post /v1/webhooks': ['webhooks:manage'],
    'get /v1/webhooks/{id}': ['webhooks:manage'],
    'patch /v1/webhooks/{id}': ['webhooks:manage'],
    'delete /v1/webhooks/{id}': ['webhooks:manage'],
    'post /v1/webhooks/{id}/test': ['webhooks:manage'],
    'post /v1/webhooks/{id}/rotate-secret': ['webhooks:manage'],
    'post /v1/webhooks/{id}/replay': ['webhooks:manage'],
    'get /v1/webhooks/{id}/stats': ['webhooks:manage'],
    'get /v1/webhooks/{id}/deliveries': ['webhooks:manage'],
    'get /v1/webhooks/{id}/deliveries/{deliveryId}': ['webhooks:manage'],
    'post /v1/webhooks/{id}/deliveries/{deliveryId}/retry': ['webhooks:manage'],
    'post /admin/v1/accounts': 'operators',
  });
  for (const scope of Object.values(scopes).flat()) expect([...SCOPES, 'operators']).toContain(scope);
});

describe('every operation', () => {
  it('has a name of its own and a summary', () => {
    const names = operations.map(([, { operationId }]) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-zA-Z]+$/);
  });

  it('says what can go wrong', () => {
    for (const [route, { responses }] of operations) {
      expect([route, Object.keys(responses)]).toEqual([
        route,
        expect.arrayContaining(['401', '429', '500', '503']),
      ]);
      expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
    }
  });

  it('points only at what is there', () => {
    const text = JSON.stringify(document);
    for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const there = pointer!
        .split('/')
        .reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], document);
      expect([pointer, there]).toEqual([pointer, expect.anything()]);
    }
  });
});

describe('a send', () => {
  const WINDOW = 'service_window_closed';
  it.each<[string, readonly string[]]>([
    ['messages/text', [WINDOW]],
    [
      'messages/template',
      [
        ...['media_not_found', 'recipient_opted_out', 'template_not_approved', 'template_not_found'],
        ...['template_not_supported', 'template_variables_mismatch'],
      ],
    ],
    ['messages/media', ['media_not_found', WINDOW]],
    ['messages/interactive', ['media_not_found', WINDOW]],
    ['messages/location', [WINDOW]],
    ['messages/reaction', [WINDOW]],
    ['messages/contacts', [WINDOW]],
    ['interactive/{id}/send', ['media_not_found', WINDOW]],
    ['flows/{id}/send', ['flow_not_published', WINDOW]],
  ])('to %s names only what it can answer', (path, expected) => {
    const { responses } = document.paths[`/v1/${path}`]!['post']!;
    const text = Object.values(responses).map(({ description }) => description);
    const codes = [...text.join('\n').matchAll(/`(\w+)`:/g)].map(([, code]) => code!);
    const ofKind = /^(template_|media_|recipient_|service_|flow_)/;
    expect(codes.filter((code) => ofKind.test(code)).sort()).toEqual([...expected].sort());
    for (const code of ['not_entitled', 'phone_number_not_found', 'outcome_pending'])
      expect(codes).toContain(code);
  });

  it('shows the status that it answers with', () => {
    const { SendReceipt } = document.components.schemas as Record<string, { properties: object }>;
    expect(SendReceipt!.properties).toMatchObject({ status: { example: 'accepted' } });
  });
});

it('has a webhook for each event that one may subscribe to, with its payload', () => {
  expect(Object.keys(document.webhooks)).toEqual(FEED_EVENT_TYPES);
  for (const [type, { post }] of Object.entries(document.webhooks)) {
    const { schema } = post.requestBody.content['application/json'];
    expect(schema).toMatchObject({
      required: ['id', 'sequence', 'type', 'createdAt', 'data', 'accountId'],
      properties: { type: { const: type }, data: { $ref: expect.stringMatching(/Data$/) } },
    });
  }
});

it('says which list comes as CSV as well', () => {
  const csv = operations.filter(([, { responses }]) => 'text/csv' in (responses['200']?.content ?? {}));
  expect(csv.map(([route]) => route)).toEqual(['get /v1/campaigns/{id}/recipients']);
  expect(csv[0]![1].responses['200']!.content).toHaveProperty(['application/json', 'schema']);
});

it("gives the reference's bodies as examples", () => {
  const exampleOf = (path: string, method = 'post') =>
    document.paths[path]![method]!.requestBody!.content['application/json'].example;
  expect(exampleOf('/v1/messages/text')).toEqual({
    to: '+918899332211',
    body: 'Hi! Your order #1043 has shipped.',
  });
  expect(exampleOf('/v1/messages/template')).toEqual({
    to: '+918899332211',
    template: 'order_confirmation',
    language: 'en_US',
    variables: ['Gaurav', '#1043'],
  });
  for (const kind of ['media', 'interactive', 'location'] as const)
    expect(exampleOf(`/v1/messages/${kind}`)).toEqual(GOOD_SENDS[`/v1/messages/${kind}`]);
  expect(exampleOf('/v1/flows/{id}/send')).toEqual({
    to: '+918899332211',
    bodyText: 'Book your appointment in a few taps.',
    ctaText: 'Book now',
  });
  expect(exampleOf('/v1/contacts')).toEqual({
    phone: '+918899332211',
    name: 'Gaurav',
    tags: ['lead', 'vip'],
    customFields: { city: 'Ahmedabad' },
    optedIn: true,
  });
  expect(exampleOf('/v1/contacts/{id}', 'patch')).toEqual({ tags: ['customer'], optedIn: true });
  expect(exampleOf('/v1/contacts/bulk')).toEqual({
    contacts: [{ phone: '+918899332211', name: 'Gaurav', tags: ['customer'] }],
    defaultTags: ['imported'],
    defaultOptedIn: false,
  });
  expect(exampleOf('/v1/interactive')).toEqual({
    kind: 'buttons',
    body: 'How can we help?',
    buttons: [
      { id: 'sales', title: 'Sales' },
      { id: 'support', title: 'Support' },
    ],
  });
  expect(exampleOf('/v1/interactive/{id}', 'patch')).toEqual({ body: 'Pick an option to continue.' });
  expect(exampleOf('/v1/interactive/{id}/send')).toEqual({ to: '+918899332211' });
  const audience = { kind: 'tags', tags: ['customer'] };
  expect(exampleOf('/v1/campaigns')).toEqual({
    name: 'Diwali offer',
    template: { name: 'diwali_offer', language: 'en_US' },
    audience,
    schedule: { mode: 'now' },
  });
  expect(exampleOf('/v1/campaigns/audience-preview')).toEqual({ audience });
  expect(exampleOf('/v1/webhooks')).toEqual({
    url: 'https://your-app.com/webhooks/wbiz',
    events: ['message.received', 'message.status'],
  });
  expect(exampleOf('/v1/webhooks/{id}', 'patch')).toEqual({ active: false });
  expect(exampleOf('/v1/tags')).toEqual({ name: 'vip' });
  expect(exampleOf('/v1/custom-fields')).toEqual({ key: 'city', label: 'City', type: 'text' });
});
