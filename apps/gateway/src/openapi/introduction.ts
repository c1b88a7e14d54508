import { GRAPH_ERROR_CODES, REFUSAL_SCOPES } from '@wbiz/cloud-api/graph-error-fates';
import { PROBLEMS } from '@wbiz/contracts/problem';

/** The reference's groups by path prefix; the first match wins. */
export const TAGS = [
  {
    name: 'Messages',
    prefix: '/v1/messages',
    description: 'Send WhatsApp messages and follow what becomes of them.',
  },
  { name: 'Inbox', prefix: '/v1/conversations', description: 'Who wrote, and who answers.' },
  { name: 'Contacts', prefix: '/v1/contacts', description: 'The people you write to.' },
  { name: 'Tags', prefix: '/v1/tags', description: 'Words that contacts are sorted by.' },
  { name: 'Custom fields', prefix: '/v1/custom-fields', description: 'What else is kept of contacts.' },
  {
    name: 'Media',
    prefix: '/v1/media',
    description: 'Files for sends and template headers, and those that people sent.',
  },
  { name: 'Templates', prefix: '/v1/templates', description: 'Message templates as Meta has them.' },
  { name: 'Flows', prefix: '/v1/flows', description: 'Forms that people fill in inside WhatsApp.' },
  { name: 'Quick replies', prefix: '/v1/quick-replies', description: 'Answers that are typed often.' },
  { name: 'Interactive presets', prefix: '/v1/interactive', description: 'Saved button and list cards.' },
  { name: 'Campaigns', prefix: '/v1/campaigns', description: 'One template to many people, at one time.' },
  { name: 'Webhooks', prefix: '/v1/webhooks', description: 'What happens, told to your own URL.' },
  {
    name: 'Events feed',
    prefix: '/v1/events',
    description: 'Everything that happens, in order, without webhooks.',
  },
  { name: 'Operators', prefix: '/admin/', description: 'For whoever runs the installation.' },
  { name: 'Account', prefix: '/v1/', description: 'The key, its account and what it may do.' },
] as const;

/** Meta's refusals by whom they concern: what is done about them, and the answer to a send that has failed for good. */
export const META_REFUSALS = Object.entries(REFUSAL_SCOPES).map(([scope, { what, action, answer }]) => ({
  what,
  metaCodes: Object.keys(GRAPH_ERROR_CODES)
    .map(Number)
    .filter((code) => GRAPH_ERROR_CODES[code]!.scope === scope),
  action,
  status: PROBLEMS[answer].status,
  code: answer,
}));

export const INTRODUCTION = `Send WhatsApp messages over Meta's official Cloud API, and follow what becomes of them. Calls are HTTPS and JSON; what
people answer, and how far each message got, comes back to you as events.

**Authentication.** Send your API key with every request: \`Authorization: Bearer wa_<prefix>_<secret>\`. A key belongs to one
WhatsApp Business Account and holds the scopes it was given; each route says which one it needs.

**Errors** are \`application/problem+json\`. Go by \`code\`; keep \`requestId\` for when you ask for help. When Meta refuses a
message, its code stands in \`metaCode\` of the problem, or of the \`error\` of a failed message.

**Repeating requests.** Give every POST an \`Idempotency-Key\` and repeat it after a timeout, a 429, a 503 or a 504: it has
effect once.

**Limits** count per key; the \`RateLimit\` headers say what is left, and are not there for a key or plan without a limit.
After a 429, wait for \`Retry-After\`.

**Events** reach you by webhooks, by the feed, or from Kafka. Their payloads are among the webhooks of this document; the
AsyncAPI document, [/api/asyncapi.json](/api/asyncapi.json), adds Kafka's topics and headers.`;
