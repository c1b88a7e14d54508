import { expect, it } from '@jest/globals';
import type { ConnectAccount } from '@wbiz/contracts/account';
import type { MetaTokenInfo } from '@wbiz/cloud-api/meta-objects';
import { CloudApiError, UpstreamUnreachable } from '@wbiz/cloud-api/graph-error';
import type { Rejection } from '@wbiz/eventing/rejection';
import { connectAccount, type ConnectParts } from './connect-account.js';
import { reportedNumber } from './reported-number.js';

const scopes = ['whatsapp_business_management', 'whatsapp_business_messaging'];
const good: MetaTokenInfo = { is_valid: true, app_id: '670', scopes };

/** The refusal of a connect to which Meta answers this about the token; nothing may be subscribed or stored. */
async function refusal(
  token: MetaTokenInfo | Error,
  cloudApiUrl = 'https://graph.facebook.com',
  accessToken = 'EAAG',
  more: object = {},
): Promise<Rejection> {
  const never = () => Promise.reject(new Error('must not be reached'));
  const cloudApi = {
    debugToken: () => (token instanceof Error ? Promise.reject(token) : Promise.resolve(token)),
    getWaba: never,
    listPhoneNumbers: never,
    subscribeApp: never,
    ...more,
  };
  const body: ConnectAccount = { wabaId: '1', accessToken };
  return connectAccount({ cloudApi, cloudApiUrl } as unknown as ConnectParts, body).then(
    () => Promise.reject(new Error('was not refused')),
    (error: Rejection) => error,
  );
}

it.each([
  [
    'is not valid',
    { is_valid: false, error: { code: 190, message: 'Session has expired' } },
    /Session has expired/,
  ],
  [
    'lacks a permission',
    { ...good, scopes: scopes.slice(0, 1) },
    /lacks the permission whatsapp_business_messaging\./,
  ],
  ['has no permissions', { is_valid: true }, /whatsapp_business_management and whatsapp_business_messaging/],
  [
    'has a permission for another WABA',
    {
      ...good,
      granular_scopes: [
        { scope: scopes[0]!, target_ids: ['1'] },
        { scope: scopes[1]!, target_ids: ['2'] },
      ],
    },
    /whatsapp_business_messaging for other accounts, but not for 1/,
  ],
])('refuses a token that %s', async (_what, token, message) => {
  expect(await refusal(token)).toMatchObject({
    code: 'invalid_access_token',
    message: expect.stringMatching(message),
    details: [{ pointer: '/accessToken' }],
  });
});

it('refuses the simulator’s token before it asks Meta', async () => {
  expect(await refusal(new Error('must not be asked'), undefined, 'simulator-token')).toMatchObject({
    code: 'invalid_access_token',
  });
});

it.each([
  ['the token', { code: 190, httpStatus: 401 }, 'invalid_access_token'],
  ['a permission', { code: 10, httpStatus: 403 }, 'invalid_access_token'],
  ['one of the permissions from 201 to 299', { code: 210, httpStatus: 403 }, 'invalid_access_token'],
  ['an object that is not there', { code: 100, subcode: 33, httpStatus: 400 }, 'invalid_request'],
  ['the app’s rate', { code: 4, httpStatus: 400 }, 'unavailable'],
  ['its own downtime', { code: 2, httpStatus: 503 }, 'upstream_error'],
  ['a fault it does not name', { code: 99_999, httpStatus: 500 }, 'upstream_error'],
  ['something we do not understand', { code: 99_999, httpStatus: 400 }, 'upstream_error'],
])('tells what Meta refused: %s', async (_what, error, code) => {
  expect(await refusal(new CloudApiError({ message: 'No', ...error }))).toMatchObject({ code });
});

it.each(['', '1'.repeat(41)])('takes no phone number with the id %j', async (id) => {
  const numbers = {
    getWaba: () => Promise.resolve({ id: '1' }),
    listPhoneNumbers: () => Promise.resolve([{ id, display_phone_number: '+91 1' }]),
  };
  expect(await refusal(good, undefined, undefined, numbers)).toMatchObject({ code: 'upstream_error' });
});

it('says when Meta is out of reach, and lets other faults be faults', async () => {
  expect(await refusal(new UpstreamUnreachable('ECONNREFUSED', false))).toMatchObject({
    code: 'unavailable',
    details: { retryAfter: 5 },
  });
  expect(await refusal(new TypeError('ours'))).toBeInstanceOf(TypeError);
});

it.each([
  [{ throughput: { level: 'STANDARD' } }, 80],
  [{ throughput: { level: 'HIGH' } }, 1_000],
  [{ throughput: { level: 'HIGH' }, is_on_biz_app: true }, 20],
  [{ throughput: { level: 'NOT_APPLICABLE' } }, 80],
  [{}, 80],
])('reads the throughput of %j as %d', (number, throughput) => {
  expect(reportedNumber({ id: '1', display_phone_number: '+91 1', ...number })).toMatchObject({
    throughput,
    verifiedName: '+91 1',
    qualityRating: 'UNKNOWN',
    messagingLimit: null,
  });
});
