import { expect, it } from '@jest/globals';
import { ForbiddenException, HttpException, NotFoundException } from '@nestjs/common';
import { PROBLEMS, type ProblemCode } from '@wbiz/contracts/problem';
import { Rejection } from '@wbiz/eventing/rejection';
import { problemOf, rejectionOf } from './problem-filter.js';

const named = (name: string) => Object.assign(new Error('10.0.0.7:5432 said no'), { name });
const fastify = (code: string, statusCode: number) =>
  Object.assign(new Error('of fastify'), { code, statusCode });
const mapped = (code: string, status: number) =>
  new HttpException('of fastify', status, { cause: fastify(code, status) });

it.each<[string, unknown, ProblemCode]>([
  ['a rejection', new Rejection('template_not_approved', 'It is paused.'), 'template_not_approved'],
  ['a rejection whose code is in no table', new Rejection('of_my_own', 'x'), 'internal_error'],
  ['malformed JSON, as Nest passes it on', mapped('FST_ERR_CTP_INVALID_JSON_BODY', 400), 'malformed_json'],
  ['an empty JSON body', mapped('FST_ERR_CTP_EMPTY_JSON_BODY', 400), 'malformed_json'],
  [
    'a syntax error of the parser',
    Object.assign(new SyntaxError('Unexpected token'), { statusCode: 400 }),
    'malformed_json',
  ],
  ['too large a body', mapped('FST_ERR_CTP_BODY_TOO_LARGE', 413), 'too_large'],
  ['another media type', mapped('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415), 'unsupported_media_type'],
  ['a malformed URL', fastify('FST_ERR_BAD_URL', 400), 'malformed_request'],
  ['no such route', new NotFoundException('Cannot GET /x'), 'not_found'],
  ['what Nest forbids', new ForbiddenException(), 'malformed_request'],
  ['a command without an answer', named('CommandTimeout'), 'unavailable'],
  ['a peer that is away', named('PeerUnavailable'), 'unavailable'],
  ['a projection that is behind', named('NotCaughtUp'), 'unavailable'],
  [
    'a fault of Postgres',
    Object.assign(new Error('relation "x" does not exist'), { code: '42P01' }),
    'internal_error',
  ],
  ['a fault of fastify itself', fastify('FST_ERR_REP_ALREADY_SENT', 500), 'internal_error'],
  ['what is no error', 'just a text', 'internal_error'],
])('answers %s', (_, error, code) => {
  const problem = problemOf(rejectionOf(error), 'req_1');
  expect(problem).toMatchObject({
    ...PROBLEMS[code],
    code,
    type: `urn:wbiz:problem:${code}`,
    requestId: 'req_1',
  });
  expect(problem.detail).toMatch(/^[A-Z].*\.$/);
  expect(problem.detail).not.toMatch(/10\.0\.0\.7|relation|Unexpected token/);
});

it('puts faults of fields into errors, and other details beside the rest', () => {
  const faults = [{ pointer: '/to', code: 'required', detail: 'to is required.' }];
  expect(problemOf(new Rejection('invalid_request', 'One field is not valid.', faults), 'r')).toEqual({
    type: 'urn:wbiz:problem:invalid_request',
    title: PROBLEMS.invalid_request.title,
    status: 422,
    detail: 'One field is not valid.',
    code: 'invalid_request',
    requestId: 'r',
    errors: faults,
  });
  const refused = new Rejection('rejected_by_meta', 'No.', { metaCode: 131026, status: 200, code: 'x' });
  expect(problemOf(refused, 'r')).toMatchObject({ metaCode: 131026, status: 422, code: 'rejected_by_meta' });
});
