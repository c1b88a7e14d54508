import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { apiOf, search, type OpenApi } from './open-api.js';
import { pathOf, placeOf, titleOf } from './place.js';

const file = createRequire(import.meta.url).resolve('@wbiz/contracts/specs/openapi.json');
const document = JSON.parse(readFileSync(file, 'utf8')) as OpenApi;
const api = apiOf(document);
const operations = api.areas.flatMap((area) => area.operations);

it('every operation has a place of its own', () => {
  const documented = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  expect(operations.map(({ id }) => id).toSorted()).toEqual(
    documented.map(({ operationId }) => operationId).toSorted(),
  );
  for (const operation of operations)
    expect(placeOf(pathOf(operation), api)).toMatchObject({ page: 'operation', operation });
});

it.each([
  ['/docs', 'overview', 'Overview'],
  ['/docs/events', 'events', 'Events'],
  ['/docs/kafka', 'kafka', 'Events on Kafka'],
  ['/docs/errors', 'errors', 'Errors'],
  ['/docs/custom-fields', 'area', 'Custom fields'],
  ['/docs/events-feed', 'area', 'Events feed'],
  ['/docs/messages/sendText', 'operation', 'Send text'],
  ['/docs/nothing', 'missing', 'Not found'],
  ['/docs/contacts/sendText', 'missing', 'Not found'],
  ['/docs/events/more', 'missing', 'Not found'],
  ['/docs/messages/sendText/more', 'missing', 'Not found'],
  ['/docs/toString', 'missing', 'Not found'],
])('%s is %s', (path, page, title) => {
  const place = placeOf(path, api);
  expect([place.page, titleOf(place)]).toEqual([page, title]);
});

describe('search', () => {
  const ids = (words: string) => search(api.areas, words).map(({ id }) => id);

  it.each([
    ['send text', 'sendText'],
    ['POST campaigns/{id}/pause', 'pauseCampaign'],
    ['delete tag', 'deleteTag'],
    ['whoami', 'whoAmI'],
  ])('%s finds %s', (words, id) => {
    expect(ids(words)).toContain(id);
  });

  it('asks for every word', () => {
    expect(ids('delete campaigns')).toEqual([]);
    expect(ids('')).toHaveLength(operations.length);
  });
});
