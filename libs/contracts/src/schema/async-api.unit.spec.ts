import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import { Parser } from '@asyncapi/parser';
import { asyncApiDocument } from './async-api.js';
import { EVENTS } from '../event-catalogue.js';

const document = JSON.parse(JSON.stringify(asyncApiDocument())) as {
  channels: Record<string, { messages: object }>;
  components: { schemas: Record<string, { properties: Record<string, object>; required: string[] }> };
};

it('is what is committed: run `npm run specs` after a change', () => {
  const file = createRequire(import.meta.url).resolve('@wbiz/contracts/specs/asyncapi.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document);
});

it('is valid AsyncAPI 3', async () => {
  const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
  expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
  expect(parsed?.version()).toBe('3.0.0');
});

it('has every event of the catalogue, with the fields of its class', () => {
  expect(Object.keys(document.channels['events']!.messages)).toEqual(Object.keys(EVENTS));
  const { MessageStatusData } = document.components.schemas;
  expect(MessageStatusData!.properties).toMatchObject({
    messageId: { type: 'string' },
    wamid: { type: ['string', 'null'] },
    status: { enum: ['accepted', 'sent', 'delivered', 'read', 'failed'] },
  });
  expect(MessageStatusData!.required).toContain('wamid');
});
