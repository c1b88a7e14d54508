import { describe, expect, it } from '@jest/globals';
import { fieldList, typeOf, type Schema } from './schema.js';

const fieldOf = (schema: Schema, schemas = {}) => fieldList({ properties: { one: schema } }, schemas)[0]!;

describe('the type of a field', () => {
  it.each<[string, Schema]>([
    ['string', { type: 'string' }],
    ['string or null', { type: ['string', 'null'] }],
    ['time', { type: 'string', format: 'date-time' }],
    ['list of strings', { type: 'array', items: { type: 'string' } }],
    ['map of strings', { type: 'object', additionalProperties: { type: 'string' } }],
    ['object or null', { anyOf: [{ $ref: '#/components/schemas/View' }, { type: 'null' }] }],
    ['object', { allOf: [{ $ref: '#/components/schemas/View' }], description: 'It.' }],
    [
      'list of strings or number',
      { oneOf: [{ type: 'array', items: { type: 'string' } }, { type: 'number' }] },
    ],
    ['anything', {}],
  ])('%s', (words, schema) => {
    expect(typeOf(schema, { View: { type: 'object', properties: {} } })).toBe(words);
  });
});

describe('the limits of a field', () => {
  it.each<[string[], Schema]>([
    [['at most 4,096 characters'], { type: 'string', minLength: 1, maxLength: 4096 }],
    [['2 to 4 characters'], { type: 'string', minLength: 2, maxLength: 4 }],
    [['1 to 200'], { type: 'integer', minimum: 1, maximum: 200 }],
    [['at least 0'], { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }],
    [['1 to 3 items'], { type: 'array', minItems: 1, maxItems: 3 }],
    [['matches `^[a-z]+$`'], { type: 'string', pattern: '^[a-z]+$' }],
    [[], { type: 'string', pattern: '\\S' }],
    [['default "any"'], { type: 'string', default: 'any' }],
  ])('%j', (limits, schema) => {
    expect(fieldOf(schema).limits).toEqual(limits);
  });
});

it('has the fields of what a list holds, but not of what is around it already', () => {
  const View: Schema = {
    properties: { rows: { type: 'array', items: { $ref: '#/components/schemas/View' } } },
  };
  const schema = { type: 'array', items: { $ref: '#/components/schemas/View' } };
  const { content } = fieldOf(schema, { View });
  expect(content).toEqual({ schema, name: 'View' });
  expect(fieldList(schema, { View })).toEqual([expect.not.objectContaining({ content: expect.anything() })]);
});

it('tells required from optional, and null from the values', () => {
  const schema = {
    properties: { a: { type: ['string', 'null'], enum: ['x', null] }, b: {} },
    required: ['a'],
  };
  expect(fieldList(schema, {})).toMatchObject([
    { name: 'a', required: true, values: ['x'] },
    { name: 'b', required: false, values: [] },
  ]);
});
